using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ports;

/// <summary>What every call of a step needs.</summary>
public abstract record StepContext
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The step.</summary>
    public required StepAddress Address { get; init; }

    /// <summary>The whole configuration of the run; for a revert after a field changed that may never change, the one that the step was begun with.</summary>
    public required MigrationConfig Config { get; init; }

    /// <summary>What is wanted now, where <see cref="Config"/> may be that of an earlier time; null where they are the same.</summary>
    public MigrationConfig? Wanted { get; init; }

    /// <summary>What other sessions want: nothing of that is taken along.</summary>
    public ImmutableArray<OtherSession> OtherSessions { get; init; } = [];

    /// <summary>What the steps before it, and it itself, left, by address.</summary>
    public required ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; init; }

    /// <summary>Where secrets come from.</summary>
    public required ISecretSource Secrets { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}

/// <summary>For <see cref="IEstimated"/>.</summary>
public sealed record EstimateContext : StepContext;

/// <summary>For <see cref="IDestroying"/>: what taking items back would destroy, and what running would besides, because it is not wanted any more.</summary>
public sealed record LookContext : StepContext
{
    /// <summary>What the work that is there was begun as; default where there is none.</summary>
    public required Fingerprint Identity { get; init; }

    /// <summary>What the step remembers.</summary>
    public required IStepFiles Files { get; init; }

    /// <summary>The items to take back; default for all.</summary>
    public ImmutableArray<string> Items { get; init; }

    /// <summary>Items that come out differently than they were done, and are changed in what is there; default for every one, known or not.</summary>
    public ImmutableArray<string> Changed { get; init; }

    /// <summary>True when the step would write over what is there: then that is looked at too.</summary>
    public bool Overwrites { get; init; }

    /// <summary>As of the run that would follow: <see cref="RunContext.Resends"/>.</summary>
    public int? Resends { get; init; }
}

/// <summary>What every call needs that works.</summary>
public abstract record WorkContext : StepContext
{
    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>The attempt, counted from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>What the step works with.</summary>
    public required StepInputs Inputs { get; init; }

    /// <summary>What the step remembers.</summary>
    public required IStepFiles Files { get; init; }

    /// <summary>Where the step speaks; its scope carries session, run, step and attempt.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Takes progress; called as often as the step likes.</summary>
    public required Action<StepProgress> Progress { get; init; }
}

/// <summary>For <see cref="IEvaluated"/>.</summary>
public sealed record EvaluateContext : WorkContext
{
    /// <summary>Items whose present work would be taken back before the run: they are looked at as if they were gone. Default for everything.</summary>
    public ImmutableArray<string> Redo { get; init; } = [];

    /// <summary>As of the run that would follow: <see cref="RunContext.Resends"/>.</summary>
    public int? Resends { get; init; }
}

/// <summary>For <see cref="IStep.RunAsync"/>.</summary>
public sealed record RunContext : WorkContext
{
    /// <summary>What was approved; null where no gate came before the run.</summary>
    public StepReport? Approved { get; init; }

    /// <summary>
    /// Which asking for documents to be sent again, that could not be written, this run carries out: a number that grows with each. Null for none. One that was carried
    /// out to its end is not done once more.
    /// </summary>
    public int? Resends { get; init; }

    /// <summary>Cancelled when the step should finish its batch and return <see cref="StepResult.Stopped"/>.</summary>
    public CancellationToken StopRequested { get; init; }

    /// <summary>The newest configuration that applies; differs from <see cref="StepContext.Config"/> in process fields only.</summary>
    public required Func<MigrationConfig> Tuning { get; init; }

    /// <summary>Called before anything is written to a cluster; throws when another worker has the lease.</summary>
    public required Action AssertLease { get; init; }

    /// <summary>Starts more processes for the step; null where there can be none.</summary>
    public IHelpers? Helpers { get; init; }

    /// <summary>
    /// Of a service: it serves, this is how, and what it leaves to later steps. Said again every few seconds, because a gate trusts no reading
    /// that is older than half a minute. Of no use to what does not run as a service.
    /// </summary>
    public Action<StepReport, StepOutputs> Serves { get; init; } = static (_, _) => throw new InvalidOperationException("Only a service serves.");
}

/// <summary>For <see cref="IPutsBack"/>.</summary>
public sealed record PutBackContext : WorkContext
{
    /// <summary>Called before anything is written to a cluster; throws when another worker has the lease.</summary>
    public required Action AssertLease { get; init; }
}

/// <summary>For <see cref="IStep.RevertAsync"/>.</summary>
public sealed record RevertContext : WorkContext
{
    /// <summary>The items to take back; default for all, those that nobody wants any more included.</summary>
    public ImmutableArray<string> Items { get; init; }

    /// <summary>What a person, or a plan, allowed to be destroyed; null when nobody was asked.</summary>
    public ImmutableArray<Destruction>? Approved { get; init; }

    /// <summary>Called before anything is written to a cluster; throws when another worker has the lease.</summary>
    public required Action AssertLease { get; init; }

    /// <summary>True when some of what would be destroyed now is more than what was allowed; false where nobody was asked.</summary>
    public bool IsBeyondApproval(IEnumerable<Destruction> now) => Approved is { } approved && now.Any(destroyed => destroyed.IsBeyond(approved));
}
