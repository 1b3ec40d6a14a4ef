using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Model.Steps;

namespace Portage.Planning;

/// <summary>One field that differs between what a step began with and what is wanted now.</summary>
/// <param name="Affects">What the change makes worthless.</param>
/// <param name="Change">How the field may change.</param>
/// <param name="Reason">For people.</param>
public sealed record InputDifference(Affects Affects, Change Change, ChangeReason Reason);

/// <summary>Finds the fields that differ.</summary>
public static class InputDifferences
{
    /// <summary>The differences, by key. A field that is new in this release counts only when it is not at its default, which the recorded part then lacks.</summary>
    public static ImmutableArray<InputDifference> Between(ImmutableArray<InputPart> had, ImmutableArray<InputPart> wanted)
    {
        var before = had.ToDictionary(part => part.Key, StringComparer.Ordinal);
        var after = wanted.ToDictionary(part => part.Key, StringComparer.Ordinal);
        return
        [
            .. before.Keys.Union(after.Keys)
                .Order(StringComparer.Ordinal)
                .Select(key => (Was: before.GetValueOrDefault(key), Is: after.GetValueOrDefault(key)))
                .Where(pair => pair.Was?.Value != pair.Is?.Value)
                .Select(pair => Difference(pair.Was, pair.Is)),
        ];
    }

    /// <summary>
    /// True when what was begun with the one has the outcome of the other. Fingerprints answer at once where they are
    /// equal; where they are not, the fields decide, so that another way of hashing, or a field that counts for less
    /// than it did, redoes nothing.
    /// </summary>
    public static bool HaveSameResult(StepInputs had, StepInputs wanted) =>
        had.Fingerprints.Result == wanted.Fingerprints.Result
        || (had.Version == wanted.Version
            && Digests(had).SequenceEqual(Digests(wanted))
            && !Between(had.Parts, wanted.Parts).Any(field => field.Affects == Affects.Result));

    // Without the upstream's address: a rename of a snapshot or a slice is no other input.
    private static IEnumerable<(StepKind Kind, string Group, Fingerprint Digest)> Digests(StepInputs inputs) => inputs.Consumed
        .OrderBy(output => output.Upstream.Kind)
        .ThenBy(output => output.Group, StringComparer.Ordinal)
        .Select(output => (output.Upstream.Kind, output.Group, output.Digest));

    private static InputDifference Difference(InputPart? was, InputPart? now)
    {
        var part = (now ?? was)!;
        var text = $"{part.Path}: {was?.Value ?? "absent"} → {now?.Value ?? "absent"}";
        return new(part.Affects, part.Change, new(part.Path, was?.Value, now?.Value, text));
    }
}
