using Portage.Configuration;
using Portage.Model.Steps;

namespace Portage.Planning;

/// <summary>When a step's gate is asked.</summary>
public enum GatePlacement
{
    /// <summary>After the step has been evaluated and before it changes anything.</summary>
    BeforeRun,

    /// <summary>After the step has run and before anything that depends on it starts.</summary>
    AfterRun,
}

/// <summary>The pure half of a step kind: which steps a configuration wants, and what they depend on.</summary>
/// <remarks>Pure: the planner calls it for every plan, so it may read neither a clock nor a file nor a cluster.</remarks>
public interface IStepDefinition
{
    /// <summary>The kind defined.</summary>
    StepKind Kind { get; }

    /// <summary>Raised when a release makes the same inputs come out differently; part of the result fingerprint.</summary>
    int Version { get; }

    /// <summary>When the gate of this kind is asked.</summary>
    GatePlacement GatePlacement { get; }

    /// <summary>True for work that runs in a process of its own and survives the controller.</summary>
    bool IsHeavy { get; }

    /// <summary>True when it writes into indices of a target, which then nobody else of Portage may.</summary>
    bool WritesToTarget { get; }

    /// <summary>The steps of this kind that the configuration is complete enough to want.</summary>
    IEnumerable<WantedStep> Derive(MigrationConfig config);
}
