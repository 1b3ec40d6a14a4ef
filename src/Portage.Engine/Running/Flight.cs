using System.Threading.Channels;
using Portage.Engine.Core;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Running;

/// <summary>One piece of work that this controller does, or whose workload it watches.</summary>
/// <param name="attempt">What it is about.</param>
/// <param name="runsAs">How it is carried out.</param>
internal sealed class Flight(Attempt attempt, RunsAs runsAs) : IDisposable
{
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Tuning? _tuning;
    private Task? _asking;

    /// <summary>What it is about.</summary>
    public Attempt Attempt { get; } = attempt;

    /// <summary>The places that it takes.</summary>
    public Placed Placed { get; } = new(attempt.Session, attempt.Step, runsAs);

    /// <summary>Cancelled when the work should stop.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Ends when <see cref="Stop"/> is cancelled.</summary>
    public Task Stopping { get; set; } = Task.CompletedTask;

    /// <summary>Ends when the work does.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>The process fields that its workload should have; null when it has those it was started with. Set by the controller, read by the watcher.</summary>
    public Tuning? Tuning
    {
        get => _tuning;
        set
        {
            _tuning = value;
            Wake();
        }
    }

    /// <summary>Returns when something was asked of the flight since the last time this returned. For one at a time.</summary>
    public async Task AskedAsync(CancellationToken cancellationToken)
    {
        // One wait, kept until something comes: what .NET 10 does when one is cancelled can lose the next (dotnet/runtime #131141).
        _asking ??= NextAsync();
        await _asking.WaitAsync(cancellationToken);
        _asking = null;
        _asked.Reader.TryRead(out _);
    }

    private async Task NextAsync() => await _asked.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>Lets <see cref="AskedAsync"/> return.</summary>
    public void Wake() => _asked.Writer.TryWrite(true);

    /// <inheritdoc/>
    public void Dispose() => Stop.Dispose();
}

/// <summary>Process fields to hand over to a workload.</summary>
/// <param name="Run">The run that wants them.</param>
/// <param name="Inputs">What the step works with from then on.</param>
/// <param name="Configuration">Canonical JSON.</param>
internal sealed record Tuning(int Run, StepInputs Inputs, string Configuration);

/// <summary>The flights of one session, at most one a step. For the controller's thread.</summary>
internal sealed class SessionFlights
{
    private readonly Dictionary<StepAddress, Flight> _flights = [];
    private readonly HashSet<StepAddress> _inFlight = [];
    private readonly HashSet<StepAddress> _stopping = [];
    private readonly HashSet<StepAddress> _puttingBack = [];
    private readonly Dictionary<StepAddress, Reading> _readings = [];

    public IReadOnlySet<StepAddress> InFlight => _inFlight;

    public IReadOnlySet<StepAddress> Stopping => _stopping;

    public IReadOnlySet<StepAddress> PuttingBack => _puttingBack;

    public IReadOnlyDictionary<StepAddress, Reading> Readings => _readings;

    public IEnumerable<Flight> All => _flights.Values;

    public Flight this[StepAddress step] => _flights[step];

    public Flight? Find(StepAddress step) => _flights.GetValueOrDefault(step);

    public Flight Open(Attempt attempt, RunsAs runsAs)
    {
        var flight = new Flight(attempt, runsAs);
        _flights.Add(attempt.Step, flight);
        _inFlight.Add(attempt.Step);
        return flight;
    }

    public void Take(StepAddress step, Reading reading) => _readings[step] = reading;

    public void MarkPuttingBack(StepAddress step) => _puttingBack.Add(step);

    public void MarkStopping(StepAddress step) => _stopping.Add(step);

    public void Close(StepAddress step)
    {
        _flights.Remove(step);
        _inFlight.Remove(step);
        _stopping.Remove(step);
        _puttingBack.Remove(step);
        _readings.Remove(step);
    }
}
