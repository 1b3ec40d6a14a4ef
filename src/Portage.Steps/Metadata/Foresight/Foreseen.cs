using System.Collections.Immutable;

namespace Portage.Steps.Metadata.Foresight;

/// <summary>What is known to go wrong before anything is made.</summary>
internal enum ForeseenKind
{
    /// <summary>Documents, or fields of them, that are in no source and so cannot be moved.</summary>
    Lost,

    /// <summary>What an index names and the target does not have.</summary>
    Lacking,

    /// <summary>Indices that the slice would have, and leaves out.</summary>
    LeftOut,

    /// <summary>Indices whose documents have versions that were given from outside.</summary>
    External,
}

/// <summary>One thing that a person should know before anything is made.</summary>
/// <param name="Count">How many indices, or pipelines: what a gate may ask.</param>
/// <param name="Text">As <c>index a: …</c>, with the command that helps.</param>
internal sealed record Foreseen(ForeseenKind Kind, int Count, string Text)
{
    // A series of indices would fill the page with one sentence.
    private const int NamesMax = 10;

    private static readonly (ForeseenKind Kind, string Number, string Word)[] Known =
        [(ForeseenKind.Lost, "lost", "lost"), (ForeseenKind.Lacking, "lacking", "lacking"), (ForeseenKind.External, "external", "versions of"), (ForeseenKind.LeftOut, "leftOut", "left out")];

    /// <summary>The numbers of all kinds, of those too of which there is nothing.</summary>
    public static IEnumerable<KeyValuePair<string, long>> Numbers(ImmutableArray<Foreseen> foreseen) =>
        Known.Select(known => KeyValuePair.Create(known.Number, CountOf(foreseen, known.Kind)));

    /// <summary>How many indices or pipelines are concerned.</summary>
    public static long CountOf(ImmutableArray<Foreseen> foreseen, ForeseenKind kind) => foreseen.Where(one => one.Kind == kind).Sum(one => (long)one.Count);

    /// <summary>A line each, the worst first.</summary>
    public static IEnumerable<string> Lines(ImmutableArray<Foreseen> foreseen) =>
        from known in Known
        from one in foreseen
        where one.Kind == known.Kind
        select one.Line;

    /// <summary>As a report has it.</summary>
    public string Line => $"{Known.First(known => known.Kind == Kind).Word} {Text}";

    /// <summary>As <c>index a</c>, <c>indices a, b and 3 more</c>.</summary>
    public static string Indices(IReadOnlyList<string> names) =>
        $"{(names.Count == 1 ? "index" : "indices")} {string.Join(", ", names.Take(NamesMax))}{(names.Count > NamesMax ? $" and {names.Count - NamesMax:N0} more" : "")}";

    /// <summary>A command for some indices, or nothing where it would not fit on a line.</summary>
    public static string Command(string what, IReadOnlyCollection<string> names, string command) => names.Count > NamesMax ? "" : $"; {what}: {command}";
}
