using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A workload exists for the step.</summary>
public sealed record WorkloadStarted(string Session, int Run, StepAddress Step, WorkloadHandle Workload) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"worker started, token {Workload.Token}";

    internal static WorkloadStarted Read(ref EventFields fields)
    {
        var workload = default(WorkloadHandle);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "workload": workload = fields.Workload(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(workload));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with { Workload = Workload };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(WorkloadStarted), "workloadStarted")]
public abstract partial record LedgerEvent;
