using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>The workload is gone without an outcome; another one continues from its position.</summary>
public sealed record WorkloadLost(string Session, int Run, StepAddress Step, string Why, DateTimeOffset? RetryAt) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"worker lost: {Why}";

    internal static WorkloadLost Read(ref EventFields fields)
    {
        var (why, retryAt) = (default(string), default(DateTimeOffset?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "why": why = fields.Text(); break;
                case "retryAt": retryAt = fields.Time(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(why), retryAt);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had.Failed(DiagnosticCatalog.WorkloadLost.Error(null, Why), had.Attempt, RetryAt, at);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(WorkloadLost), "workloadLost")]
public abstract partial record LedgerEvent;
