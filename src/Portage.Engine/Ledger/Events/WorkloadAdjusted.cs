using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>The workload acknowledged other process fields.</summary>
/// <param name="Inputs">What it works with now.</param>
public sealed record WorkloadAdjusted(string Session, int Run, StepAddress Step, StepInputs Inputs) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => "worker took over other process fields";

    internal static WorkloadAdjusted Read(ref EventFields fields)
    {
        var inputs = default(StepInputs);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "inputs": inputs = fields.Inputs(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(inputs));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with { Inputs = Inputs, ConfiguredBy = Run };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(WorkloadAdjusted), "workloadAdjusted")]
public abstract partial record LedgerEvent;
