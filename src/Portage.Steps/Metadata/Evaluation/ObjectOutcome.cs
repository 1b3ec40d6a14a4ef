using System.Collections.Immutable;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What would become of an object.</summary>
internal abstract record ObjectOutcome
{
    private ObjectOutcome()
    {
    }

    /// <summary>It is not there, or we made it, and the target takes it.</summary>
    public sealed record Create : ObjectOutcome;

    /// <summary>It is there just so.</summary>
    public sealed record Keep : ObjectOutcome;

    /// <summary>Something else of that name is there; it is left as it is.</summary>
    /// <param name="Differences">As <c>field title: type is keyword there, text here</c>.</param>
    public sealed record Differs(ImmutableArray<string> Differences) : ObjectOutcome;

    /// <summary>The target does not take it.</summary>
    public sealed record Refused(string Reason) : ObjectOutcome;

    /// <summary>It is not created because of what it belongs to.</summary>
    public sealed record LeftOut(string Reason) : ObjectOutcome;
}

/// <summary>An object and what would become of it.</summary>
internal sealed record EvaluatedObject(MetadataObject Object, ObjectOutcome Outcome)
{
    public ObjectName Name => Object.Name;
}
