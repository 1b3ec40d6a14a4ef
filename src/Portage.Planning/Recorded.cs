using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Planning;

/// <summary>How far a recorded step has come, as far as a plan cares.</summary>
public enum RecordedState
{
    /// <summary>It has left nothing: it never began, or it was reverted.</summary>
    Absent,

    /// <summary>It began and is not complete: running, under review, failed or stopped.</summary>
    Begun,

    /// <summary>It is complete.</summary>
    Complete,
}

/// <summary>What the ledger knows of one step.</summary>
/// <param name="Address">Its name.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Inputs">What it began with.</param>
/// <param name="Outputs">What it left; empty until it is complete.</param>
/// <param name="Situation">A word or two for people, as <c>running</c> or <c>failed: target unreachable</c>.</param>
public sealed record RecordedStep(
    StepAddress Address,
    RecordedState State,
    StepInputs Inputs,
    ImmutableArray<OutputPart> Outputs,
    string Situation)
{
    /// <summary>When, in the order of the session's events, its present work was begun; null when it has no effects.</summary>
    public long? EffectsSince { get; init; }

    /// <summary>Who refused it in its review, and why; null when nobody did.</summary>
    public string? Rejection { get; init; }

    /// <summary>When, in the same order, it was last taken back, in whole or in part; 0 when it never was.</summary>
    public long TakenBackAt { get; init; }

    /// <summary>The items that it did, or has begun; null where an earlier release did not write them down, and for a step without items.</summary>
    public IReadOnlyDictionary<string, RecordedItem>? Items { get; init; }

    /// <summary>Those of the items in which it has nothing of its own: all was there already, so that nothing goes when it is taken back.</summary>
    public ImmutableArray<string> Untouched { get; init; } = [];

    /// <summary>When each item was last taken back; null where an earlier release did not write it down.</summary>
    public IReadOnlyDictionary<string, long>? TakenBack { get; init; }

    /// <summary>Who wants it done anew though nothing about it changed; null when nobody does.</summary>
    public string? AskedBy { get; init; }

    /// <summary>That somebody wants the documents sent again that it could not write, how many there are, and who; null when nobody does.</summary>
    public string? Resends { get; init; }

    /// <summary>When, in the order of the session's events, documents of each item last came out otherwise, because they were sent again.</summary>
    public IReadOnlyDictionary<string, long>? Resent { get; init; }

    /// <summary>Who wants it taken back, now that no configuration wants it; null when nobody does.</summary>
    public string? LeavesBy { get; init; }

    /// <summary>Items that somebody wants taken back should the step not be wanted to have them; empty for none.</summary>
    public ImmutableArray<string> LeavingItems { get; init; } = [];

    /// <summary>Who wants these taken back; null where nobody does.</summary>
    public string? LeavingItemsBy { get; init; }

    /// <summary>The items that are being taken back, which goes on whatever is wanted; default for all of it, null when nothing is.</summary>
    public ImmutableArray<string>? TakingBack { get; init; }

    /// <summary>True for a service that serves: it is done as far as others care, and still takes new process fields.</summary>
    public bool IsServing { get; init; }

    /// <summary>True while something works on it, or may.</summary>
    public bool IsWorking { get; init; }

    /// <summary>True where its work was begun and is not complete, and nobody refused it: it is at work, was stopped or killed, failed, or waits at its gate.</summary>
    public bool IsHalfway { get; init; }
}

/// <summary>What is recorded of one item of a step.</summary>
/// <param name="Digest">Of what it was done with.</param>
/// <param name="Since">When, in the order of the session's events, it was begun.</param>
public sealed record RecordedItem(Fingerprint Digest, long Since)
{
    /// <summary>True once the step came to its end with it; false while it is begun, wherever that was left.</summary>
    public bool IsDone { get; init; }
}

/// <summary>One output of an earlier step that a step takes for itself, as an index of a snapshot.</summary>
public sealed record StepItem(string Name, Fingerprint Digest);

/// <summary>Everything that a step began with, and the three fingerprints of it.</summary>
public sealed record StepInputs
{
    private readonly Lazy<ImmutableArray<InputPart>> _parts;

    /// <summary>Inputs whose fields are at hand.</summary>
    [JsonConstructor]
    public StepInputs(int version, ImmutableArray<InputPart> parts, ImmutableArray<ConsumedOutput> consumed, StepFingerprints fingerprints) =>
        (Version, _parts, Consumed, Fingerprints) = (version, new(parts), consumed, fingerprints);

    /// <summary>Inputs whose fields are read when somebody asks for them; mostly nobody does, because the fingerprints tell enough.</summary>
    public StepInputs(int version, Func<ImmutableArray<InputPart>> readParts, ImmutableArray<ConsumedOutput> consumed, StepFingerprints fingerprints) =>
        (Version, _parts, Consumed, Fingerprints) = (version, new(readParts), consumed, fingerprints);

    /// <summary>The kind's version.</summary>
    public int Version { get; init; }

    /// <summary>The fields.</summary>
    public ImmutableArray<InputPart> Parts
    {
        get => _parts.Value;
        init => _parts = new(value);
    }

    /// <summary>The digests of what it took from the steps before it, by upstream address and group.</summary>
    public ImmutableArray<ConsumedOutput> Consumed { get; init; }

    /// <summary>Over all of these.</summary>
    public StepFingerprints Fingerprints { get; init; }

    /// <summary>The items that the step is to do, by name; default for a step without items, and where an earlier release did not write them down.</summary>
    [JsonIgnore]
    public ImmutableArray<StepItem> Items => Consumed.FirstOrDefault(output => !output.Items.IsDefault)?.Items ?? default;

    /// <summary>True when they say the same; for that, fields that were not read yet are read.</summary>
    public bool Equals(StepInputs? other) => ReferenceEquals(this, other) || (other is not null
        && Version == other.Version
        && Fingerprints == other.Fingerprints
        && Consumed.SequenceEqual(other.Consumed)
        && Parts.SequenceEqual(other.Parts));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Fingerprints);
}

/// <summary>What a step took from an earlier one.</summary>
/// <param name="Upstream">The earlier step.</param>
/// <param name="Group">Which outputs.</param>
/// <param name="Digest">Over all of them that the edge selects.</param>
public sealed record ConsumedOutput(StepAddress Upstream, string Group, Fingerprint Digest)
{
    /// <summary>The outputs one by one, where they are the items of the step; default elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<StepItem> Items { get; init; }

    /// <summary>True when they say the same: the digest is over the items.</summary>
    public bool Equals(ConsumedOutput? other) => other is not null && Upstream == other.Upstream && Group == other.Group && Digest == other.Digest;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Upstream, Group, Digest);
}

/// <summary>The three fingerprints of a step.</summary>
/// <param name="Result">Equal: the outcome is the same.</param>
/// <param name="Identity">Equal: work in progress is the same work at the same place.</param>
/// <param name="Process">Equal: nothing about how it is done has changed.</param>
public sealed record StepFingerprints(Fingerprint Result, Fingerprint Identity, Fingerprint Process);
