using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Planning;

namespace Portage.Steps.Backfill;

/// <summary>A backfill is complete when its numbers say so, or when a person does.</summary>
internal static class BackfillGate
{
    public static GateRule Rule(BackfillConfig config) => StepFields.Gate(config, config.Approve);
}
