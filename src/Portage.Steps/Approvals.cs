using System.Collections.Immutable;
using Portage.Planning;

namespace Portage.Steps;

/// <summary>Compares what would be destroyed with what somebody allowed.</summary>
internal static class Approvals
{
    /// <summary>True when there is more to destroy than was allowed: another thing, or others' documents where there were none.</summary>
    /// <param name="approved">Null when nobody was asked: then nothing was shown that could have changed.</param>
    public static bool Exceeds(ImmutableArray<Destruction> now, ImmutableArray<Destruction>? approved) =>
        approved is { } allowed && now.Any(destroyed => !allowed.Any(seen =>
            (seen.Kind, seen.Target, seen.Name) == (destroyed.Kind, destroyed.Target, destroyed.Name)
            && (destroyed.Foreign is 0 || seen.Foreign is not 0)));
}
