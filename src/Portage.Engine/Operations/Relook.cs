using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Operations;

/// <summary>What a step under review would destroy, looked at again. Pure.</summary>
/// <param name="Step">The step.</param>
/// <param name="Shown">As it was when the review opened.</param>
/// <param name="Now">As it is now; what is not there any more is left out.</param>
/// <param name="Unseen">Why nobody could look; null where somebody did. Then <see cref="Now"/> is as it was.</param>
public sealed record Relook(StepAddress Step, ImmutableArray<Destruction> Shown, ImmutableArray<Destruction> Now, string? Unseen)
{
    // As for a plan: short enough to type.
    private const int DigitsMin = 6;

    /// <summary>Of a look at the place.</summary>
    /// <param name="seen">What is there; what was not shown is no part of the review.</param>
    public static Relook Of(StepAddress step, ImmutableArray<Destruction> shown, IReadOnlyCollection<Destruction> seen) => new(
        step,
        shown,
        [
            .. from one in shown
               let now = seen.FirstOrDefault(other => other.Kind == one.Kind && other.Target == one.Target && other.Name == one.Name)
               where now is not null
               select one with { Documents = now.Documents, Bytes = now.Bytes, Foreign = now.Foreign, By = now.By, SentMax = now.SentMax },
        ],
        null);

    /// <summary>True where another number of documents is there, of anybody, or something is not there any more. How much room they take changes by itself.</summary>
    public bool HasChanged => !Shown.Select(Numbers).SequenceEqual(Now.Select(Numbers));

    /// <summary>What changed, as <c>delete index logs on blue: 5 documents → 65 documents</c>.</summary>
    public IEnumerable<string> Changes => Shown
        .Select(was => (Was: was, Now: Now.FirstOrDefault(now => now.Kind == was.Kind && now.Target == was.Target && now.Name == was.Name)))
        .Where(pair => pair.Now is null || Numbers(pair.Was) != Numbers(pair.Now))
        .Select(pair => pair.Now is { } now ? $"{DestructionText.Line(pair.Was with { Bytes = null, Because = null })} → {DestructionText.Size(now with { Bytes = null })}" : $"{DestructionText.Line(pair.Was with { Bytes = null, Because = null })} → not there any more");

    /// <summary>What an approval of these numbers names, where the evidence alone does not tell them.</summary>
    /// <param name="evidence">Digest of the evidence.</param>
    public Fingerprint Digest(Fingerprint evidence) => DigestOf(evidence, Now);

    /// <summary>As <see cref="Digest(Fingerprint)"/>, of what is there now.</summary>
    public static Fingerprint DigestOf(Fingerprint evidence, IEnumerable<Destruction> now) => Fingerprint.Of(string.Join('\n', [evidence.Hex, .. now.Select(Numbers).Order(StringComparer.Ordinal)]));

    /// <summary>True when what a person gave is the digest, or enough of its beginning.</summary>
    public static bool IsNamed(Fingerprint digest, string given) => given.Length >= DigitsMin && digest.Hex.StartsWith(given, StringComparison.OrdinalIgnoreCase);

    private static string Numbers(Destruction one) => $"{one.Kind} {one.Target} {one.Name} {one.MayGo} {one.AtMostSent(one.Foreign)}";
}
