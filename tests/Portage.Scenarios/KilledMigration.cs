using Portage.Backends.Embedded;
using Portage.Engine.Ledger;

namespace Portage.Scenarios;

/// <summary>One migration whose processes are killed again and again.</summary>
internal sealed class KilledMigration : IAsyncDisposable
{
    // Longer than controller and worker take to start, so that kills fall into every part of that too.
    private const int DelayMillisecondsMax = 1_500;

    // About as long as a verb takes.
    private const int ClientMillisecondsMax = 400;

    private const int KilledExitCode = 128 + 9;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly string[][] Victims = [["controller"], ["worker"], ["controller", "worker"], ["client"]];

    private readonly Workflow _workflow = new();
    private readonly List<Going> _clients = [];
    private readonly KnownSnapshot _snapshot;
    private readonly Random _chance;
    private readonly KillFigures _figures;

    private KilledMigration(KnownSnapshot snapshot, Random chance, KillFigures figures) => (_snapshot, _chance, _figures) = (snapshot, chance, figures);

    private string Ledger => Path.Combine(_workflow.Home, "ledger.db");

    /// <summary>Configures and commits, with small requests one after the other, so that there is much to interrupt.</summary>
    public static async Task<KilledMigration> CommitAsync(KnownSnapshot snapshot, string endpoint, Random chance, KillFigures figures)
    {
        var migration = new KilledMigration(snapshot, chance, figures);
        var configuration = $$"""
            targets:
              blue: { endpoint: "{{endpoint}}" }
            migrations:
              shop:
                snapshots:
                  main: { repository: { file: { path: "{{snapshot.Repository}}" } }, existing: {{KnownSnapshot.Name}} }
                slices:
                  all:
                    metadata: { approve: none }
                    backfill: { workers: 1, connections: 1, operationCountMax: 15 }
                    validate: { connections: 1 }
            """;
        (await migration._workflow.PipeAsync(configuration, "configure", "--file", "-")).Expect(0);
        (await migration._workflow.RunAsync("configure", "commit")).Expect(0);
        return migration;
    }

    /// <summary>Starts, kills and starts again, until the run is over; after so many kills in all, without any more.</summary>
    public async Task CarryOutAsync(int kills)
    {
        var victims = await StartAndKillAsync(null, kills);
        while (victims is not null)
        {
            victims = await StartAndKillAsync(victims, kills);
        }

        (await _workflow.RunAsync("start", "--attach")).Expect(0);
        var status = (await _workflow.RunAsync("status", "--output", "json")).Expect(0).Json;
        Assert.All(Samples.StepsOf(status), step => Assert.Equal("complete", step.GetProperty("status").GetString()));
        var backfill = Samples.StepsOf(status).Single(step => step.GetProperty("step").GetString() == "shop/all@blue:backfill").GetProperty("report").GetProperty("numbers");
        foreach (var (number, expected) in ((string, int)[])[("documents", _snapshot.Documents.Count), ("accepted", _snapshot.Documents.Count), ("existing", 0), ("rejected", 0), ("filtered", 0)])
        {
            Assert.True(backfill.GetProperty(number).GetInt64() == expected, $"{number} is {backfill.GetProperty(number)}, expected {expected}.");
        }

        (await _workflow.RunAsync("start")).Expect(0).Says("Nothing to do");
        foreach (var client in _clients)
        {
            // Whoever lost the controller that it was waiting for may say so, but may not hang.
            var ran = await client.EndAsync();
            Assert.True(ran.ExitCode is 0 or 1 or KilledExitCode, $"Exit code {ran.ExitCode}.\n{ran}");
        }

        Assert.DoesNotContain(SqliteLedger.ReadAfter(Ledger, 0), recorded => recorded.Event is StepFailed);
        await Eventually.Async(() => !_workflow.Background().Any(), "the end of controller and worker");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _workflow.DisposeAsync();
    }

    private static bool IsStep(LedgerEvent happened) =>
        happened is StepStarted or StepEvaluated or StepReported or StepCompleted or WorkloadStarted or WorkloadAdopted or GatePassed;

    /// <summary>Starts, and kills somebody at a moment after that.</summary>
    /// <param name="killed">Who was killed before; null at the beginning.</param>
    /// <returns>Who was killed; null when the run is over.</returns>
    private async Task<string[]?> StartAndKillAsync(string[]? killed, int kills)
    {
        var before = SqliteLedger.LastSequence(Ledger);
        var acknowledged = AcknowledgedBytes();
        var since = TimeProvider.System.GetUtcNow();
        await LaunchAsync(_clients.All(other => !Processes.IsAlive(other.Process)) && _chance.Next(2) == 0 ? ["start", "--attach"] : ["start"]);
        var isHurried = killed is not null && _chance.Next(4) == 0;
        if (killed is not null && !isHurried)
        {
            await MeasureAsync(string.Join(" and ", killed), before, acknowledged, since);
        }

        if (_figures.Count >= kills)
        {
            return null;
        }

        await Task.Delay(TimeSpan.FromMilliseconds(_chance.Next(DelayMillisecondsMax)), TimeProvider.System, TestContext.Current.CancellationToken);
        var victims = Victims[_chance.Next(Victims.Length)];
        if (!(victims is ["client"] ? await KillClientAsync() : await KillAsync(victims)))
        {
            return null;
        }

        _figures.CountKill(string.Join(" and ", victims));
        if (isHurried)
        {
            _figures.CountHurried();
        }

        return victims;
    }

    /// <summary>Kills as soon as all of them live.</summary>
    /// <returns>False when the run is over before that.</returns>
    private async Task<bool> KillAsync(string[] victims)
    {
        // All of a kind: two starts may each have brought a controller, of which one waits for the other's end.
        var living = Array.Empty<(int Process, string What)>();
        await Eventually.Async(
            () =>
            {
                living = [.. _workflow.Background().Where(found => victims.Contains(found.What))];
                return victims.All(victim => living.Any(found => found.What == victim)) || IsOver();
            },
            $"a {string.Join(" and a ", victims)} to kill");
        if (IsOver())
        {
            return false;
        }

        foreach (var (process, _) in living)
        {
            await Processes.KillAsync(process);
        }

        return true;
    }

    /// <summary>Kills a client in the middle of what it does.</summary>
    private async Task<bool> KillClientAsync()
    {
        if (IsOver())
        {
            return false;
        }

        while (true)
        {
            if (_clients.Find(client => Processes.IsAlive(client.Process)) is { } living)
            {
                await Processes.KillAsync(living.Process);
                return true;
            }

            // All have done their work and are gone: one more, and not as long.
            await LaunchAsync("start");
            await Task.Delay(TimeSpan.FromMilliseconds(_chance.Next(ClientMillisecondsMax)), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private async Task LaunchAsync(params string[] arguments)
    {
        var client = _workflow.Start(arguments);
        _clients.Add(client);
        await client.WriteAsync("");
    }

    private bool IsOver() => SqliteLedger.ReadAfter(Ledger, 0) is [.., { Event: RunEnded }];

    /// <summary>Waits until the work has gone on, and notes when that was.</summary>
    private async Task MeasureAsync(string killed, long before, long acknowledged, DateTimeOffset since)
    {
        var happened = default(DateTimeOffset?);
        var arrived = default(DateTimeOffset?);
        var began = TimeProvider.System.GetTimestamp();
        while (!IsOver())
        {
            var events = SqliteLedger.ReadAfter(Ledger, before).Where(recorded => recorded.At >= since && IsStep(recorded.Event)).ToArray();
            happened ??= events.Select(recorded => (DateTimeOffset?)recorded.At).FirstOrDefault();
            arrived ??= AcknowledgedBytes() > acknowledged ? TimeProvider.System.GetUtcNow() : null;

            // What the killed one did: a controller writes events, a worker sends batches.
            if (killed == "controller" ? happened is not null : arrived is not null || events.Any(recorded => killed == "client" || recorded.Event is StepReported))
            {
                break;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Eventually.Patience, $"After the kill of {killed} nothing went on for {Eventually.Patience.TotalSeconds:0} seconds.\n{string.Join('\n', SqliteLedger.ReadAfter(Ledger, 0).TakeLast(20))}");
            await Task.Delay(Interval, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        if (happened is { } at && killed != "client")
        {
            _figures.Take(killed, "first step event", at - since);
        }

        if (arrived is { } ack && killed != "controller")
        {
            _figures.Take(killed, "first acknowledged batch", ack - since);
        }
    }

    /// <summary>Grows with every batch that a target acknowledged, or that was compared.</summary>
    private long AcknowledgedBytes()
    {
        var work = Path.Combine(_workflow.Home, "work");
        return Directory.Exists(work) ? Directory.EnumerateFiles(work, "journal.jsonl", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) : 0;
    }
}
