using System.Collections.Immutable;
using Portage.Model.Addresses;

namespace Portage.Planning.Destroying;

/// <summary>
/// Tells documents that other steps wrote from those that nobody of Portage did. A step that would write over what is there knows only of its own;
/// of theirs, those steps know. Pure.
/// </summary>
public static class WrittenByOthers
{
    /// <summary>The items in which others are asked: those in which a step would write over documents that are not its own.</summary>
    public static ImmutableArray<string> AskedIn(IEnumerable<Destruction> found) =>
        [.. found.Where(one => one is { Kind: DestructionKind.OverwriteDocuments, Foreign: > 0, Item: not null }).Select(one => one.Item!).Distinct(StringComparer.Ordinal)];

    /// <summary>The same things, with what others wrote of them.</summary>
    /// <param name="others">What taking back the work of each other step would delete: its own documents.</param>
    public static ImmutableArray<Destruction> Explain(ImmutableArray<Destruction> found, IReadOnlyCollection<(StepAddress Step, ImmutableArray<Destruction> Own)> others) =>
        others.Count == 0 ? found : [.. found.Select(one => one is { Kind: DestructionKind.OverwriteDocuments, Foreign: > 0 } ? Explain(one, others) : one)];

    private static Destruction Explain(Destruction one, IReadOnlyCollection<(StepAddress Step, ImmutableArray<Destruction> Own)> others)
    {
        var foreign = one.Foreign;
        var by = ImmutableArray.CreateBuilder<WrittenDocuments>();
        foreach (var (step, own) in others)
        {
            if (own.FirstOrDefault(other => other is { Kind: DestructionKind.DeleteDocuments, Documents: > 0 } && (other.Target, other.Name) == (one.Target, one.Name)) is not { } theirs)
            {
                continue;
            }

            // Where it cannot tell whether others wrote over some of its own, nobody can.
            foreign = theirs.Foreign is null ? null : foreign - theirs.Documents;
            by.Add(new(step, Math.Min(theirs.Documents!.Value, one.Documents!.Value)));
        }

        return by.Count == 0 ? one : one with { Foreign = foreign is { } count ? Math.Max(0, count) : null, By = by.DrainToImmutable() };
    }
}
