using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>A step has run: this is what came of it.</summary>
public sealed record StepReported(string Session, int Run, StepAddress Step, int Attempt, StepReport Report, StepOutputs Outputs) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"ran: {Report.Lines.FirstOrDefault()}";

    internal static StepReported Read(ref EventFields fields)
    {
        var (attempt, report, outputs) = (default(int?), default(StepReport), default(StepOutputs));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "attempt": attempt = fields.Number(); break;
                case "report": report = fields.Report(); break;
                case "outputs": outputs = fields.Outputs(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(attempt), fields.Needed(report), fields.Needed(outputs));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had with { State = StepState.Reported, Items = Done(had), Serves = false, Report = Report, GateReport = Report, Outputs = Outputs, Resends = 0, Resent = Outputs.Resent is { } resent ? had.Resent.SetItems(resent.Select(item => KeyValuePair.Create(item, place))) : had.Resent, Review = null, IsClaimed = false, Workload = null, Failure = null, RetryAt = null, Failing = null, SetsAside = false, PutBackFailure = null, PutBackTriedIn = 0 };

    /// <summary>What it was to do is done; what it was not to do any more stays as far as it had come.</summary>
    private static ImmutableSortedDictionary<string, RecordedItem>? Done(StepRecord had) => had is { Items: { } items, Inputs.Items: { IsDefault: false } done }
        ? items.SetItems(done.Where(item => items.ContainsKey(item.Name)).Select(item => KeyValuePair.Create(item.Name, items[item.Name] with { IsDone = true })))
        : had.Items;
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepReported), "stepReported")]
public abstract partial record LedgerEvent;
