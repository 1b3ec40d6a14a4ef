using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A controller found the workload alive and took it over.</summary>
public sealed record WorkloadAdopted(string Session, int Run, StepAddress Step, WorkloadHandle Workload) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => "worker adopted by a new controller";

    internal static WorkloadAdopted Read(ref EventFields fields)
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
[JsonDerivedType(typeof(WorkloadAdopted), "workloadAdopted")]
public abstract partial record LedgerEvent;
