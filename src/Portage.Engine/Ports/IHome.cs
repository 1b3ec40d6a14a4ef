using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Engine.Ports;

/// <summary>Reads a home: what is recorded in it, and what is seen of its work. Backends implement it; every face asks it, and nothing else.</summary>
/// <remarks>
/// Reading takes no lease and disturbs nobody. What is recorded and what is seen are two looks: the second may be of a later moment, so
/// that a step may be seen at work that has just ended.
/// </remarks>
public interface IHome
{
    /// <summary>Where it is, for people.</summary>
    string Place { get; }

    /// <summary>True when there is one.</summary>
    bool Exists { get; }

    /// <summary>The state after the last event of the ledger.</summary>
    /// <exception cref="LedgerUnusableException">It cannot be read.</exception>
    ValueTask<HomeState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Takes the events into a state that were appended since it was read.</summary>
    ValueTask FollowAsync(HomeState state, CancellationToken cancellationToken);

    /// <summary>Every event of the ledger, oldest first.</summary>
    ValueTask<IReadOnlyList<RecordedEvent>> ReadEventsAsync(CancellationToken cancellationToken);

    /// <summary>Looks at the work of a session that is under way or was left in the middle, and at who carries it out.</summary>
    ValueTask<WorkSight> LookAsync(SessionState session, CancellationToken cancellationToken);

    /// <summary>What controllers and workers wrote, read from its beginning.</summary>
    ILogReader OpenLog();
}

/// <summary>The process that carries out runs.</summary>
/// <param name="Process">Its process id.</param>
/// <param name="Since">When it began.</param>
public sealed record ControllerInfo(int Process, DateTimeOffset Since);

/// <summary>What is seen of a session's work at one moment.</summary>
/// <param name="Controller">Who carries out runs; null when nobody does.</param>
/// <param name="Steps">What is seen of each step that has begun and is not complete; others are left out.</param>
/// <param name="Processors">Processors of the machine that workers run on.</param>
public sealed record WorkSight(ControllerInfo? Controller, ImmutableDictionary<StepAddress, StepSight> Steps, int Processors)
{
    /// <summary>What is seen of a step.</summary>
    public StepSight Of(StepAddress step) => Steps.GetValueOrDefault(step, StepSight.None);
}

/// <summary>What is seen of a step's work at the moment of a report.</summary>
/// <param name="Progress">Its newest word; null when it has not said any.</param>
/// <param name="IsAlive">True while its worker lives; means nothing of a step that has none.</param>
/// <param name="Trouble">What keeps the controller from seeing or reaching it; null when nothing does.</param>
public sealed record StepSight(StepProgress? Progress, bool IsAlive, WatchTrouble? Trouble)
{
    /// <summary>True when its worker has ended, and what came of it is there for the controller; false of one that is gone without an outcome.</summary>
    public bool HasEnded { get; init; }

    /// <summary>What it said last, where it is a service that serves.</summary>
    public WorkloadSighting.Serving? Serving { get; init; }

    /// <summary>Nothing was ever heard of it.</summary>
    public static StepSight None { get; } = new(null, IsAlive: false, null);
}
