using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Model.Steps;
using Portage.Planning.Fingerprints;

namespace Portage.Planning;

/// <summary>One field that differs between what a step began with and what is wanted now.</summary>
/// <param name="Key">The field's name within the step.</param>
/// <param name="Affects">What the change makes worthless.</param>
/// <param name="Change">How the field may change.</param>
/// <param name="Reason">For people.</param>
public sealed record InputDifference(string Key, Affects Affects, Change Change, ChangeReason Reason);

/// <summary>Finds the fields that differ.</summary>
public static class InputDifferences
{
    /// <summary>As <see cref="Between(ImmutableArray{InputPart}, ImmutableArray{InputPart})"/>; hashed where that says that there are none, which spares reading and comparing fields.</summary>
    public static ImmutableArray<InputDifference> Between(StepInputs had, WantedStep wanted) =>
        Fingerprinting.HaveSameParts(had, wanted) ? [] : Between(had.Parts, wanted.Inputs);

    /// <summary>
    /// The differences, by key. A field at its default counts as not there, so one that only one of two releases knows
    /// differs only when it is given; a record's own presence is told only when no field within it tells it.
    /// </summary>
    public static ImmutableArray<InputDifference> Between(ImmutableArray<InputPart> had, ImmutableArray<InputPart> wanted)
    {
        var before = had.ToDictionary(part => part.Key, StringComparer.Ordinal);
        var after = wanted.ToDictionary(part => part.Key, StringComparer.Ordinal);
        var differing = before.Keys.Union(after.Keys)
            .Order(StringComparer.Ordinal)
            .Select(key => (Was: before.GetValueOrDefault(key), Is: after.GetValueOrDefault(key)))
            .Where(pair => (pair.Was, pair.Is) switch
            {
                ({ } was, { } now) => was.Value != now.Value && !(was.IsDefault && now.IsDefault),
                (null, { } now) => !now.IsDefault && !IsToldWithin(now, before),
                ({ } was, null) => !was.IsDefault && !IsToldWithin(was, after),
                _ => false,
            })
            .Select(pair => (Part: (pair.Is ?? pair.Was)!, Difference: Difference(pair.Was, pair.Is)))
            .ToArray();
        return
        [
            .. differing
                .Where(one => !IsPresence(one.Difference) || !differing.Any(other =>
                    IsWithin(other.Part.Key, one.Part.Key) && other.Part.Affects == one.Part.Affects && other.Part.Change == one.Part.Change))
                .Select(one => one.Difference),
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

    /// <summary>A record that is there, to a release that wrote down only what was within it.</summary>
    private static bool IsToldWithin(InputPart record, Dictionary<string, InputPart> parts) =>
        record.Value == "{}" && parts.Keys.Any(key => IsWithin(key, record.Key));

    private static bool IsPresence(InputDifference difference) =>
        difference.Reason is { Was: null or "null" or "{}", Is: null or "null" or "{}" };

    /// <summary>True for a field below a record, by their keys.</summary>
    internal static bool IsWithin(string key, string record) =>
        key.Length > record.Length && key[record.Length] == '.' && key.StartsWith(record, StringComparison.Ordinal);

    // Without the upstream's address: a rename of a snapshot or a slice is no other input.
    private static IEnumerable<(StepKind Kind, string Group, Fingerprint Digest)> Digests(StepInputs inputs) => inputs.Consumed
        .OrderBy(output => output.Upstream.Kind)
        .ThenBy(output => output.Group, StringComparer.Ordinal)
        .Select(output => (output.Upstream.Kind, output.Group, output.Digest));

    /// <summary>Of long texts, as scripts are, what is around the first difference.</summary>
    private static (string Was, string Is) Shown(string was, string now)
    {
        const int LengthMax = 160;
        const int Around = 60;
        if (was.Length <= LengthMax && now.Length <= LengthMax)
        {
            return (was, now);
        }

        var from = Math.Max(0, was.AsSpan().CommonPrefixLength(now) - Around);
        string Part(string text) => text.Length <= LengthMax && from == 0 ? text
            : $"{(from > 0 ? "…" : "")}{text[Math.Min(from, text.Length)..Math.Min(text.Length, from + (2 * Around))]}{(from + (2 * Around) < text.Length ? "…" : "")}";
        return (Part(was), Part(now));
    }

    private static InputDifference Difference(InputPart? was, InputPart? now)
    {
        var part = (now ?? was)!;
        var (old, changed) = Shown(was?.Value ?? "absent", now?.Value ?? "absent");
        var text = $"{part.Path}: {old} → {changed}";
        return new(part.Key, part.Affects, part.Change, new(part.Path, was?.Value, now?.Value, text));
    }
}
