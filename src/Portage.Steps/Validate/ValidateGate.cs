using Portage.Configuration;
using Portage.Planning;

namespace Portage.Steps.Validate;

/// <summary>A comparison is complete when nothing differs, or when a person accepts what does.</summary>
internal static class ValidateGate
{
    public static GateRule Rule(ValidateConfig config) => StepFields.Gate(config, config.Approve);
}
