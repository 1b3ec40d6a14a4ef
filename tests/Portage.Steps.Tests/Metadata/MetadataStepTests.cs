using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Metadata;

/// <summary>The whole step against the sandbox: what it says, what it makes, what it takes back.</summary>
public sealed class MetadataStepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task EvaluateAsync_SnapshotOfEachEra_SaysTheSameTwice(string server)
    {
        using var fixture = Fixtures.Unzip($"made/{server}.zip");
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), Cancellation);
        using var run = await StepRun.OfAsync(fixture["repo"], "second", target.Endpoint, Everything, Cancellation);
        var step = new MetadataStep();

        var first = await run.EvaluateAsync(step, Cancellation);
        var again = await run.EvaluateAsync(step, Cancellation);
        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(step, first, Cancellation));

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', first.Lines));
        Assert.Equal(first.Digest, again.Digest);
        Assert.Equal(first.Numbers, done.Report.Numbers);
    }

    private static SliceConfig Everything => new()
    {
        Types = TypesChoice.PrefixIds,
        Metadata = new() { Templates = new IndexSelectionConfig() },
    };
}
