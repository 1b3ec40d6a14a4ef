using Portage.Configuration;
using Portage.Planning;

namespace Portage.Steps.Metadata;

/// <summary>Nothing is created before a person, or a condition over the evaluation's numbers, allows it.</summary>
internal static class MetadataGate
{
    public static GateRule Rule(MetadataConfig config) => StepFields.Gate(config, config.Approve);
}
