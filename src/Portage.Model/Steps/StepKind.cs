namespace Portage.Model.Steps;

/// <summary>What a step does, in the order that steps of one slice always have.</summary>
public enum StepKind
{
    /// <summary>Takes a snapshot of the source, or verifies one that exists.</summary>
    Snapshot,

    /// <summary>Creates templates, indices and aliases on the target.</summary>
    Metadata,

    /// <summary>Copies the documents of a snapshot to the target.</summary>
    Backfill,

    /// <summary>Compares the target with the snapshot, by count and by content.</summary>
    Validate,
}

/// <summary>The text forms of <see cref="StepKind"/>: lower-case words, as users type them.</summary>
public static class StepKinds
{
    /// <summary>All kinds in pipeline order.</summary>
    public static IReadOnlyList<StepKind> All { get; } = Enum.GetValues<StepKind>();

    private static readonly string[] Words = [.. All.Select(kind => kind.ToString().ToLowerInvariant())];

    /// <summary>The word that users see and type.</summary>
    public static string Word(this StepKind kind) => Words[(int)kind];

    /// <summary>The kind of a word; false when there is none.</summary>
    public static bool TryParse(string word, out StepKind kind)
    {
        foreach (var known in All)
        {
            if (known.Word() == word)
            {
                kind = known;
                return true;
            }
        }

        kind = default;
        return false;
    }
}
