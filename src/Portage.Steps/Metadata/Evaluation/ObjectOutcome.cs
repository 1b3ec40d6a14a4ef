using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What would become of an object.</summary>
internal abstract record ObjectOutcome
{
    private ObjectOutcome()
    {
    }

    /// <summary>It is not there, or what is there is ours and goes first, and the target takes it.</summary>
    public sealed record Create : ObjectOutcome;

    /// <summary>It is ours, and is changed where it is.</summary>
    /// <param name="Differences">As <c>setting index.number_of_replicas is 0 there, 1 here</c>.</param>
    public sealed record Update(ImmutableArray<string> Differences) : ObjectOutcome;

    /// <summary>It is there just so.</summary>
    public sealed record Keep : ObjectOutcome;

    /// <summary>It is ours, is wanted no more, and goes; nobody has changed it since.</summary>
    public sealed record Remove : ObjectOutcome;

    /// <summary>It is ours and is wanted no more, and stays all the same.</summary>
    /// <param name="Reason">As <c>somebody has changed it since (order is 9 there, 0 here)</c>.</param>
    public sealed record Stay(string Reason) : ObjectOutcome;

    /// <summary>Something else of that name is there; it is left as it is.</summary>
    /// <param name="Differences">As <c>field title: type is keyword there, text here</c>.</param>
    public sealed record Differs(ImmutableArray<string> Differences) : ObjectOutcome;

    /// <summary>The target does not take it.</summary>
    public sealed record Refused(string Reason) : ObjectOutcome;

    /// <summary>It is not created because of what it belongs to.</summary>
    public sealed record LeftOut(string Reason) : ObjectOutcome;
}

/// <summary>An object and what would become of it.</summary>
/// <param name="Object">As it is wanted; where it is wanted no more, as it is there.</param>
/// <param name="Written">An index as the target writes it; null for every other kind, and where it was refused.</param>
internal sealed record EvaluatedObject(MetadataObject Object, ObjectOutcome Outcome, JsonObject? Written = null)
{
    /// <summary>True when what is there, if anything is, is ours.</summary>
    public bool IsOurs { get; init; }

    /// <summary>True when ours is there and must go before this can be created.</summary>
    public bool Replaces { get; init; }

    /// <summary>What the target said when the change was tried where the object is; null where it was not tried, or would work.</summary>
    public string? NotInPlace { get; init; }

    /// <summary>What is sent to change an index where it is; null where nothing is.</summary>
    public IndexChange? Change { get; init; }

    /// <summary>What a person should know besides.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What documents would lose in an index that is created.</summary>
    public ImmutableArray<string> Lost { get; init; } = [];

    public ObjectName Name => Object.Name;
}

/// <summary>What is sent to change an index where it is.</summary>
/// <param name="Settings">By flat name; a null value sets one back.</param>
/// <param name="Mapping">The whole mapping as wanted, which adds what is not there; null where nothing is added.</param>
internal sealed record IndexChange(JsonObject Settings, JsonObject? Mapping)
{
    public bool IsNothing => Settings.Count == 0 && Mapping is null;
}
