using System.Collections.Concurrent;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Backfill;
using Portage.Steps.Connecting;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Connecting;

public sealed class ClusterAccessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_TargetBelowAPath_AskOnlyThere()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await using var sandbox = await SandboxCluster.StartAsync(new(), Cancellation);
        await using var proxy = new PathProxy("/search/es", sandbox.Endpoint);
        var run = await StepRun.OfAsync(fixture["repo"], "second", proxy.Endpoint, new() { Indices = new() { Include = ["logs"] } }, Cancellation);

        foreach (var step in (IStep[])[new MetadataStep(), new BackfillStep(), new ValidateStep()])
        {
            Assert.IsType<StepResult.Done>(await run.RunAsync(step, null, Cancellation));
        }

        Assert.Empty(proxy.Astray);
        Assert.NotEmpty(sandbox.Documents("logs"));
    }

    [Fact]
    public async Task Target_TimeoutsChangeWhileItIsUsed_NextRequestHasTheNewOne()
    {
        await using var sandbox = await SandboxCluster.StartAsync(new(), Cancellation);
        var clock = new TimersOfTest();
        var config = ConfigOf(sandbox, request: 7, bulk: 8);
        var newest = config;
        using var client = await ClusterAccess.TargetAsync(config, "blue", new NoSecrets(), clock, transport: null, Cancellation, () => newest);
        await client.GetInfoAsync(Cancellation);
        newest = ConfigOf(sandbox, request: 11, bulk: 12);
        await client.GetInfoAsync(Cancellation);

        // A target that was removed meanwhile is used to the end as it was.
        newest = new();
        await client.GetInfoAsync(Cancellation);

        Assert.Equal([7, 11, 7], clock.Seconds);
        Assert.Equal(TimeSpan.FromSeconds(3), client.Connection.Timeouts.Connect);
    }

    [Fact]
    public async Task Source_Timeouts_AreThoseOfTheConfiguration()
    {
        await using var sandbox = await SandboxCluster.StartAsync(new(), Cancellation);
        var clock = new TimersOfTest();
        var config = new MigrationConfig();
        config = config with { Migrations = config.Migrations.Add("old", new() { Source = new() { Endpoint = sandbox.Endpoint, Timeouts = new() { ConnectSeconds = 4, RequestSeconds = 9 } } }) };
        using var client = await ClusterAccess.SourceAsync(config, "old", new NoSecrets(), clock, transport: null, Cancellation);
        await client.GetInfoAsync(Cancellation);

        Assert.Equal([9], clock.Seconds);
        Assert.Equal(TimeSpan.FromSeconds(4), client.Connection.Timeouts.Connect);
    }

    [Fact]
    public async Task Backfill_TimeoutsOfTheNewestConfiguration_HoldForItsRequests()
    {
        await using var on = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        var newest = on.Run.Config with { Targets = ConfigOf(on.Sandbox, request: 11, bulk: 12).Targets };
        foreach (var step in (IStep[])[new BackfillStep(), new ValidateStep()])
        {
            var clock = new TimersOfTest();
            Assert.IsType<StepResult.Done>(await step.RunAsync(on.Run.ContextOf(step, null) with { Time = clock, Tuning = () => newest }, Cancellation));

            Assert.Contains(11, clock.Seconds);
            Assert.Equal(step is BackfillStep, clock.Seconds.Contains(12));
            Assert.DoesNotContain(60, clock.Seconds);
        }
    }

    private static MigrationConfig ConfigOf(SandboxCluster sandbox, int request, int bulk)
    {
        var config = new MigrationConfig();
        return config with { Targets = config.Targets.Add("blue", new() { Endpoint = sandbox.Endpoint, Timeouts = new() { ConnectSeconds = 3, RequestSeconds = request, BulkSeconds = bulk } }) };
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new InvalidOperationException($"Nobody has the secret {name}.");
    }

    /// <summary>The system's time, which tells what was waited for.</summary>
    private sealed class TimersOfTest : TimeProvider
    {
        private readonly ConcurrentQueue<double> _seconds = [];

        public IEnumerable<double> Seconds => _seconds;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _seconds.Enqueue(dueTime.TotalSeconds);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
