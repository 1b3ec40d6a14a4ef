using System.Collections.Immutable;
using Portage.Model.Addresses;

namespace Portage.Planning.Destroying;

/// <summary>Work of another step in the same place.</summary>
/// <param name="Step">Which.</param>
/// <param name="Session">Its session; null where it is the same.</param>
/// <param name="Own">What taking it back would delete: its own documents.</param>
public sealed record OthersWork(StepAddress Step, string? Session, ImmutableArray<Destruction> Own);

/// <summary>
/// Tells documents that other steps wrote from those that nobody of Portage did. A step that would write over what is there, or take back its own of
/// what is there, knows only of its own; of theirs, those steps know. Pure.
/// </summary>
public static class WrittenByOthers
{
    /// <summary>The items in which others are asked: those in which there are, or may be, documents that are not the step's own.</summary>
    public static ImmutableArray<string> AskedIn(IEnumerable<Destruction> found) =>
        [.. found.Where(one => one.Item is not null && IsUnclear(one)).Select(one => one.Item!).Distinct(StringComparer.Ordinal)];

    /// <summary>The same things, with what others wrote of them.</summary>
    /// <param name="others">Whoever has work there as well.</param>
    public static ImmutableArray<Destruction> Explain(ImmutableArray<Destruction> found, IReadOnlyCollection<OthersWork> others) =>
        others.Count == 0 ? found : [.. found.Select(one => !IsUnclear(one) ? one : one.Kind == DestructionKind.DeleteDocuments ? ExplainOwn(one, Theirs(one, others)) : Explain(one, Theirs(one, others)))];

    private static bool IsUnclear(Destruction one) => one is { Kind: DestructionKind.OverwriteDocuments, Foreign: > 0 } or { Kind: DestructionKind.DeleteDocuments, Foreign: null or > 0 };

    private static IEnumerable<(OthersWork Who, Destruction Own)> Theirs(Destruction one, IReadOnlyCollection<OthersWork> others) =>
        from other in others
        from own in other.Own.Where(own => own is { Kind: DestructionKind.DeleteDocuments, Documents: > 0 } && (own.Target, own.Name) == (one.Target, one.Name)).Take(1)
        select (other, own);

    private static Destruction Explain(Destruction one, IEnumerable<(OthersWork Who, Destruction Own)> others)
    {
        var foreign = one.Foreign;
        var by = ImmutableArray.CreateBuilder<WrittenDocuments>();
        foreach (var (who, theirs) in others)
        {
            // Where it cannot tell whether others wrote over some of its own, nobody can.
            foreign = theirs.Foreign is null ? null : foreign - theirs.Documents;
            by.Add(new(who.Step, Math.Min(theirs.Documents!.Value, one.Documents!.Value)) { Session = who.Session });
        }

        return by.Count == 0 ? one : one with { Foreign = foreign is { } count ? Math.Max(0, count) : null, By = by.DrainToImmutable() };
    }

    /// <summary>
    /// What others know to be theirs is not the step's: it may have been once, before they wrote over it. What others only may have there is not the
    /// step's either, and need not be nobody's of Portage: then nobody can tell how much is.
    /// </summary>
    private static Destruction ExplainOwn(Destruction one, IEnumerable<(OthersWork Who, Destruction Own)> others)
    {
        var all = others.ToArray();
        var known = all.Where(other => other.Own.Foreign is not null).ToArray();
        var perhaps = one.Foreign is null ? [] : all.Where(other => other.Own.Foreign is null).ToArray();
        if (known.Length + perhaps.Length == 0)
        {
            return one;
        }

        var theirs = known.Sum(other => other.Own.Documents!.Value);
        var atMost = one.Foreign is null ? Math.Max(0, known.Min(other => other.Own.Documents!.Value + other.Own.Foreign!.Value) - theirs) : one.Documents!.Value;
        return one with
        {
            Documents = Math.Min(one.Documents!.Value, atMost),
            Bytes = null,
            Foreign = one.Foreign is { } foreign ? perhaps.Length > 0 && foreign > theirs ? null : Math.Max(0, foreign - theirs) : null,
            By =
            [
                .. known.Select(other => new WrittenDocuments(other.Who.Step, other.Own.Documents!.Value) { Session = other.Who.Session }),
                .. perhaps.Select(other => (other.Who, Documents: Math.Min(other.Own.Documents!.Value, one.Foreign!.Value - theirs))).Where(other => other.Documents > 0)
                    .Select(other => new WrittenDocuments(other.Who.Step, other.Documents) { Session = other.Who.Session, IsAtMost = true }),
            ],
        };
    }
}
