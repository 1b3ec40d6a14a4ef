using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Simulation;

/// <summary>A work folder, and the worker that may be at it. It lives on when controllers die.</summary>
internal sealed class SimWork(string id, StepAddress step, Fingerprint identity)
{
    public string Id { get; } = id;

    public StepAddress Step { get; } = step;

    public Fingerprint Identity { get; } = identity;

    /// <summary>Units done; what the journal keeps.</summary>
    public int Done { get; set; }

    public int Total { get; set; }

    /// <summary>The worker that may write.</summary>
    public long Token { get; set; }

    public bool IsAlive { get; set; }

    public bool IsAskedToStop { get; set; }

    public bool HasMoved { get; set; }

    public string Configuration { get; set; } = "";

    public string? Tuning { get; set; }

    public WorkloadSighting? Outcome { get; set; }

    /// <summary>What it said last, where it is a service.</summary>
    public WorkloadSighting.Serving? Serving { get; set; }

    public WorkloadHandle Handle => new("sim", Id, Token, Identity);
}
