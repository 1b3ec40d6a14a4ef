using Portage.Engine.Ports;
using Portage.Model.Steps;

namespace Portage.Engine.Running;

/// <summary>The world as a controller reaches it: what a backend and the step kinds give it.</summary>
public sealed record ControllerPorts
{
    /// <summary>Every step kind.</summary>
    public required IReadOnlyDictionary<StepKind, IStep> Steps { get; init; }

    /// <summary>Runs heavy steps.</summary>
    public required IWorkloads Workloads { get; init; }

    /// <summary>Resolves the names of secrets.</summary>
    public required ISecretSource Secrets { get; init; }

    /// <summary>Where the work of steps lives.</summary>
    public required IWorkFolders Folders { get; init; }

    /// <summary>Where it is told what keeps workloads out of sight.</summary>
    public required ITroubleBoard Troubles { get; init; }

    /// <summary>Processors of the machine that workers run on; the default of <c>limits.workers</c> derives from it.</summary>
    public required int Processors { get; init; }
}
