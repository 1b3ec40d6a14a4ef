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

    /// <summary>While a service serves: over its newest readings, and for as long as the rule says.</summary>
    WhileServing,
}

/// <summary>How a kind's work is carried out.</summary>
public enum RunsAs
{
    /// <summary>Inside the controller, in milliseconds to seconds; repeated from its beginning when the controller is gone.</summary>
    Light,

    /// <summary>It begins something elsewhere and looks at it now and then: inside the controller, call by call, so that a stop or a newer
    /// configuration waits for no more than one of them.</summary>
    Polled,

    /// <summary>A workload of its own, that survives the controller and ends.</summary>
    Work,

    /// <summary>A workload of its own that serves until nobody wants it: it belongs to the session, and no run ends it.</summary>
    Service,
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

    /// <summary>How the work of this kind is carried out; its evaluations and reverts run inside the controller.</summary>
    RunsAs RunsAs { get; }

    /// <summary>True when it writes into indices of a target, which then nobody else of Portage may.</summary>
    bool WritesToTarget { get; }

    /// <summary>True when its run changes something on a cluster only for as long as it is at work, as a setting that it puts back when it ends.</summary>
    bool SetsAside => false;

    /// <summary>The steps of this kind that the configuration is complete enough to want.</summary>
    IEnumerable<WantedStep> Derive(MigrationConfig config);
}
