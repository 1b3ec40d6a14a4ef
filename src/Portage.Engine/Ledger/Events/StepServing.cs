using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A service serves, or what it leaves to later steps has changed.</summary>
/// <param name="Report">Its reading at that moment.</param>
/// <param name="Outputs">What it leaves to later steps for as long as it serves.</param>
public sealed record StepServing(string Session, int Run, StepAddress Step, int Attempt, StepReport Report, StepOutputs Outputs) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"serves: {Report.Lines.FirstOrDefault()}";

    internal static StepServing Read(ref EventFields fields)
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

    // What was let pass once stays so when it serves again after a loss: its gate is about the work, not about the process that does it.
    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with
    {
        State = StepState.Serving,
        Serves = true,
        Report = Report,
        GateReport = Report,
        Outputs = Outputs,
        Approved = had.IsThrough ? Report.Digest : null,
        Review = null,
        IsClaimed = false,
        Failure = null,
        RetryAt = null,
        Failing = null,
    };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepServing), "stepServing")]
public abstract partial record LedgerEvent;
