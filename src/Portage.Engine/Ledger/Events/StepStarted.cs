using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>A step was claimed: from here on its effects may exist.</summary>
/// <param name="Inputs">What it works with.</param>
public sealed record StepStarted(string Session, int Run, StepAddress Step, int Attempt, StepPhase Phase, StepInputs Inputs) : StepEvent(Session, Run, Step)
{
    /// <summary>The items that are taken back, or, in an evaluation, would be; null for all of the step.</summary>
    public ImmutableArray<string>? Items { get; init; }

    /// <summary>What other steps did that this one has from here on; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<TakenWork>? Takes { get; init; }

    /// <summary>True where the step is to be absent, and nothing comes instead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Leaves { get; init; }

    /// <summary>True where something of a cluster may be set aside from here on, until it is put back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SetsAside { get; init; }

    /// <inheritdoc/>
    public override string Describe() => $"run {Run}, attempt {Attempt}: {Phase.ToString().ToLowerInvariant()} begins{(Phase == StepPhase.Revert && Items is { } items ? $" of {string.Join(", ", items)}" : "")}{string.Concat((Takes ?? []).Select(work => $", takes over {string.Join(", ", work.Items)} from {work.From}"))}";

    internal static StepStarted Read(ref EventFields fields)
    {
        var (attempt, phase, inputs, items, takes, leaves, setsAside) = (default(int?), default(StepPhase?), default(StepInputs), default(ImmutableArray<string>?), default(ImmutableArray<TakenWork>?), false, false);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "attempt": attempt = fields.Number(); break;
                case "phase": phase = fields.Phase(); break;
                case "inputs": inputs = fields.Inputs(); break;
                case "items": items = fields.Texts(); break;
                case "takes": takes = fields.TakenWork(); break;
                case "leaves": leaves = fields.Flag(); break;
                case "setsAside": setsAside = fields.Flag(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(attempt), fields.Needed(phase), fields.Needed(inputs)) { Items = items, Takes = takes, Leaves = leaves, SetsAside = setsAside };
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => Started(WithoutOther(had), place) with
    {
        // What begins otherwise is wanted again.
        LeavesBy = Leaves ? had.LeavesBy : null,
        LeavesIn = Leaves ? had.LeavesIn : 0,
        LeavingItems = Phase == StepPhase.Run && !Inputs.Items.IsDefault ? LeavingItems.Without(had.LeavingItems, [.. Inputs.Items.Select(item => item.Name)]) : had.LeavingItems,
        Run = Run,
        Attempt = Attempt,
        IsClaimed = true,
        Failure = null,
        RetryAt = null,

        // The first try of a phase, or of a later run, begins without what came before.
        Failing = Attempt > 1 ? had.Failing : null,
        StartedAt = at,
    };

    /// <summary>What was found out about another change says nothing of this one.</summary>
    private StepRecord WithoutOther(StepRecord had) =>
        Phase == StepPhase.Run && had.Proposal is { } proposal && !InputDifferences.HaveSameResult(proposal.Inputs, Inputs) ? had with { Proposal = null } : had;

    private StepRecord Started(StepRecord had, long place) => Phase switch
    {
        // An approval is for these inputs: other ones need another approval, whatever their evidence says.
        StepPhase.Evaluate when had.HasEffects => had with
        {
            Proposal = new(Inputs, Items ?? default)
            {
                Leaves = Leaves,
                Run = Run,
                Approved = had.Proposal is { } before && before.Leaves == Leaves && (before.Run == Run || before.Evidence is not { Destroys.IsEmpty: false }) && InputDifferences.HaveSameResult(before.Inputs, Inputs) ? before.Approved : null,
            },
        },

        // A revert works on what was done: it takes back the old inputs.
        StepPhase.Revert => had with
        {
            State = StepState.Reverting,
            Before = had.State == StepState.Reverting ? had.Before : had.State,
            TakingBack = Items ?? default,
            TakenBackAt = place,
            TakenBack = Items is { } items ? had.TakenBack.SetItems(items.Select(item => KeyValuePair.Create(item, place))) : had.TakenBack,

            // A review of what a run found there, and must take back first, is for the run that follows too.
            Approved = had is { State: StepState.Evaluated or StepState.Reverting, Proposal: null } ? had.Approved : null,
            Review = null,
            Rejection = null,
        },
        _ => had with
        {
            State = Phase == StepPhase.Evaluate ? StepState.Evaluating : StepState.Running,
            Inputs = Inputs,
            Items = Phase == StepPhase.Run && !Inputs.Items.IsDefault ? Begun(had, Inputs.Items, place) : had.Items,
            Evidence = had.Proposal?.Evidence ?? had.Evidence,
            HasEffects = had.HasEffects || Phase == StepPhase.Run,

            // Where everything was taken back item by item, nothing of the earlier work is left.
            Took = Phase == StepPhase.Run ? [.. had.State == StepState.Running ? had.Took : [], .. Takes ?? []] : had.Took,
            EffectsSince = Phase != StepPhase.Run || (had.HasEffects && had.Items is not { IsEmpty: true }) ? had.EffectsSince : place,
            Approved = had.Proposal is { } proposal ? proposal.Approved : had.Inputs is { } before && InputDifferences.HaveSameResult(before, Inputs) ? had.Approved : null,
            Proposal = null,

            // Another try in the run that was under way when somebody asked is not what was asked for.
            AskedBy = Phase == StepPhase.Run && had.AskedIn < Run ? null : had.AskedBy,
            AskedIn = Phase == StepPhase.Run && had.AskedIn < Run ? 0 : had.AskedIn,

            // Of what was sent again and never reported nobody knows whether anything came out otherwise.
            Resends = Phase == StepPhase.Run ? had.ResendOf(Run) ?? 0 : had.Resends,
            Resent = Phase == StepPhase.Run && had is { Resends: > 0, Items: { } known } && had.ResendOf(Run) != had.Resends
                ? had.Resent.SetItems(known.Keys.Select(item => KeyValuePair.Create(item, place)))
                : had.Resent,
            ResendBy = Phase == StepPhase.Run && had.ResendIn < Run ? null : had.ResendBy,
            ResendIn = Phase == StepPhase.Run && had.ResendIn < Run ? 0 : had.ResendIn,

            // Who looks at it now decides about something that is being replaced.
            Review = null,
            Rejection = null,
            ConfiguredBy = Run,
            SetsAside = had.SetsAside || SetsAside,
            PutBackFailure = SetsAside ? null : had.PutBackFailure,
            PutBackTriedIn = SetsAside ? 0 : had.PutBackTriedIn,
        },
    };

    /// <summary>Items that were done stay done, with what they are now; what nobody wants any more stays known too, because it is still there.</summary>
    private static ImmutableSortedDictionary<string, RecordedItem> Begun(StepRecord had, ImmutableArray<StepItem> items, long place)
    {
        // Of what an earlier release did, nobody knows which items; each of them stands at least as long as the step does.
        var since = had is { HasEffects: true, Items: null } ? had.EffectsSince : place;
        var begun = (had.Items ?? StepRecord.NoItems).ToBuilder();
        foreach (var item in items)
        {
            var done = begun.GetValueOrDefault(item.Name);
            begun[item.Name] = new(item.Digest, done?.Since ?? since) { IsDone = done is { IsDone: true } && done.Digest == item.Digest };
        }

        return begun.ToImmutable();
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepStarted), "stepStarted")]
public abstract partial record LedgerEvent;
