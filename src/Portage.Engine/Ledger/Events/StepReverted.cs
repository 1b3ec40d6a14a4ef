using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>What a step had made is gone, in whole or of some items.</summary>
public sealed record StepReverted(string Session, int Run, StepAddress Step) : StepEvent(Session, Run, Step)
{
    /// <summary>The items; null for all of the step.</summary>
    public ImmutableArray<string>? Items { get; init; }

    /// <inheritdoc/>
    public override string Describe() => Items is { } items ? $"reverted: {string.Join(", ", items)}" : "reverted";

    internal static StepReverted Read(ref EventFields fields)
    {
        var items = default(ImmutableArray<string>?);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "items": items = fields.Texts(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step) { Items = items };
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place)
    {
        if (Items is { } items)
        {
            var rest = had with { LeavingItems = LeavingItems.Without(had.LeavingItems, items), State = had.Before, Run = Run, Items = had.Items?.RemoveRange(items), TakingBack = [], IsClaimed = false, Failure = null, RetryAt = null, Failing = null };

            // Nothing comes in the place of what nobody wants: what is told of these items was approved, and is over.
            return had.LeavesBy is null && rest.LeavingItems == had.LeavingItems ? rest : rest with { Proposal = null, Outputs = had.Outputs is { } outputs ? outputs with { Parts = [.. outputs.Parts.Where(part => !items.Contains(part.Name, StringComparer.Ordinal))] } : null };
        }

        // Nothing of it is left. What was approved to come instead is still approved.
        var left = new StepRecord(had.Address) { Run = Run, Inputs = had.Inputs, ConfiguredBy = had.ConfiguredBy, TakenBackAt = had.TakenBackAt, TakenBack = had.TakenBack };
        return had.Proposal is { IsApproved: true, Leaves: false } proposal
            ? left with { State = StepState.Evaluated, Inputs = proposal.Inputs, Evidence = proposal.Evidence, GateReport = proposal.Evidence, Approved = proposal.Approved }
            : left;
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepReverted), "stepReverted")]
public abstract partial record LedgerEvent;
