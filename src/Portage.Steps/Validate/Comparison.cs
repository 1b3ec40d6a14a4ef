using Portage.Clusters.Validation;
using Portage.Steps.Documents;

namespace Portage.Steps.Validate;

/// <summary>A document as the snapshot has it.</summary>
/// <param name="Key">Where it should be on the target.</param>
/// <param name="Source">What should be there; where nothing can be, what the snapshot has.</param>
/// <param name="WhyNone">Why nothing can be written of it; null where it can.</param>
/// <param name="WasRejected">True when the backfill refused it, so that nobody misses it.</param>
internal sealed record SourceSide(long Position, string Id, DocumentKey Key, byte[]? Source, string? WhyNone, bool WasRejected)
{
    /// <summary>True where a transform leaves it out, so that nothing of it should be there.</summary>
    public bool IsLeftOut { get; init; }
}

/// <summary>The same document as the target has it.</summary>
/// <param name="Refusal">Why the target does not show it; null where it does.</param>
internal sealed record TargetSide(FoundDocument Document, string? Refusal);

/// <summary>What comparing one document came to.</summary>
internal abstract record Comparison
{
    private static readonly Same Equal = new();
    private static readonly Missing Absent = new();

    public static Comparison Of(SourceSide source, TargetSide target)
    {
        var there = target.Document;
        if (target.Refusal is { } refusal)
        {
            return new Impossible(refusal);
        }

        if (!there.IsFound)
        {
            return Absent;
        }

        if (source.IsLeftOut)
        {
            return new Differs("being there at all: a transform leaves it out");
        }

        // What the snapshot does not know of a source says nothing against its routing.
        var isElsewhere = source.Key.Routing != there.Routing;
        return source.WhyNone is { } why ? (isElsewhere ? new Differs("routing") : new Impossible(why))
            : there.Source is not { } bytes ? (isElsewhere ? new Differs("routing") : new Impossible("The target keeps no source of it."))
            : (JsonContent.Equal(source.Source, bytes.Span), isElsewhere) switch
            {
                (true, false) => Equal,
                (true, true) => new Differs("routing"),
                (false, false) => new Differs("source"),
                (false, true) => new Differs("source and routing"),
            };
    }

    /// <summary>Nothing that a user would miss.</summary>
    public sealed record Same : Comparison;

    /// <summary>It is not there.</summary>
    public sealed record Missing : Comparison;

    /// <summary>It is there, and is another.</summary>
    /// <param name="In">What differs.</param>
    public sealed record Differs(string In) : Comparison;

    /// <summary>It cannot be told.</summary>
    /// <param name="Why">A sentence for people.</param>
    public sealed record Impossible(string Why) : Comparison;
}
