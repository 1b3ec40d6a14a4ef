using System.Globalization;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Tests.Metadata;

/// <summary>One real OpenSearch 2.19, for all tests that need one: they follow each other.</summary>
[CollectionDefinition(nameof(OpenSearchFixture))]
public sealed class OneOpenSearch : ICollectionFixture<OpenSearchFixture>;

/// <summary>Starts it.</summary>
public sealed class OpenSearchFixture : IAsyncLifetime
{
    private RealServer? _server;

    public string Endpoint => _server!.Endpoint;

    public async ValueTask InitializeAsync() => _server = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The step against a real OpenSearch 2.19, with snapshots of five server versions.</summary>
[Collection(nameof(OpenSearchFixture))]
public sealed class RealTargetTests(OpenSearchFixture server) : IAsyncDisposable
{
    private readonly MetadataStep _step = new();
    private readonly TestTarget _target = new(server.Endpoint);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What is hidden too: the backing indices of a data stream.
    private static SliceConfig All => new() { Types = TypesChoice.PrefixIds, Indices = new() { Include = ["*"] }, Metadata = new() { Templates = new() } };

    [Theory]
    [InlineData("es-5.6.16", 15, 1, 0, 4)]
    [InlineData("es-6.8.9", 16, 1, 0, 5)]
    [InlineData("es-7.10.2", 16, 2, 2, 5)]
    [InlineData("es-7.17.29", 16, 2, 2, 5)]
    [InlineData("os-1.3.13", 18, 3, 2, 5)]
    public async Task RunAsync_SnapshotOfEachEra_CreatesAllOfItAndTakesItBack(string name, int indices, int templates, int components, int aliases)
    {
        using var fixture = Fixtures.Unzip($"made/{name}.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, All, Cancellation);
        var before = await _target.EverythingAsync(Cancellation);

        var evidence = await run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
        Golden.Verify(string.Join('\n', [.. evidence.Lines, ""]), $"RealReports/{name}.txt");
        Assert.Equal(0, evidence.Numbers["conflicts"]);

        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(indices + templates + components + aliases, (int)done.Report.Numbers["created"]);
        Assert.Equal(indices, (await _target.Metadata.ListIndicesAsync(Cancellation)).Count);

        // Journaled as ours: there is nothing more to do, and what was approved ends the same.
        Assert.Equal("nothing to create; " + (indices + templates + components + aliases) + " kept", (await run.EvaluateAsync(_step, Cancellation)).Lines[0]);
        var again = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(done.Report.Digest, again.Report.Digest);

        // Another session finds all of it as it would make it.
        var other = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, All, Cancellation);
        var found = await other.EvaluateAsync(_step, Cancellation);
        Assert.Equal("nothing to create; " + (indices + templates + components + aliases) + " kept", found.Lines[0]);

        await run.RevertAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task EvaluateAsync_SlicesOfOtherMappings_NamesWhatDiffers()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, new() { Indices = new() { Include = ["logs", "sorted"] } }, Cancellation);
        await _target.PutAsync("/logs", """{"settings":{"number_of_replicas":2,"number_of_shards":2},"mappings":{"properties":{"level":{"type":"text"}}}}""", Cancellation);
        await _target.PutAsync("/sorted", """{"settings":{"index.max_result_window":5},"mappings":{"properties":{"k":{"type":"keyword"},"n":{"type":"long"}}}}""", Cancellation);

        var report = await run.EvaluateAsync(_step, Cancellation);

        Assert.Equal(2, report.Numbers["conflicts"]);
        Assert.Contains("conflict index logs: field level: type is text there, keyword here", report.Lines);
        Assert.Contains("conflict index logs: field ok: type is not set there, boolean here", report.Lines);
        Assert.Contains("conflict index sorted: setting index.sort.field is not set there, n here", report.Lines);
        Assert.Contains("conflict index sorted: setting index.max_result_window is 5 there, not set here", report.Lines);
        Assert.DoesNotContain("replicas", string.Join('\n', report.Lines.Where(line => line.StartsWith("conflict", StringComparison.Ordinal))), StringComparison.Ordinal);
        await _target.SendAsync(HttpMethod.Delete, "/logs,sorted", null, Cancellation);
    }

    /// <summary>The cases of this very target whose translation can be sent as it is.</summary>
    public static TheoryData<string> CasesOfThisTarget =>
    [
        .. TranslationTests.Cases.Select(row => row.Data).Where(sentence =>
            TranslationTests.Read(sentence) is var source
            && source.GetProperty("target").GetString() == "OS 2.19.1"
            && !TranslationTests.Translate(source).Findings.Any(finding => finding.Kind == FindingKind.Impossible)

            // Of the similarities one needs parameters that are beside the point there.
            && !sentence.Contains("similarity", StringComparison.Ordinal)),
    ];

    /// <summary>The rules are for this target, so what comes out of them must be what it takes.</summary>
    [Theory]
    [MemberData(nameof(CasesOfThisTarget))]
    public async Task Put_TranslationOfEachGolden_IsTaken(string sentence)
    {
        var translated = TranslationTests.Translate(TranslationTests.Read(sentence));
        var body = CanonicalText.Of(translated.Definition);
        switch (translated.Name.Kind)
        {
            case ObjectKind.Index:
                await _target.PutAsync("/golden", body, Cancellation);
                await _target.SendAsync(HttpMethod.Delete, "/golden", null, Cancellation);
                break;
            case ObjectKind.LegacyTemplate:
                await _target.PutAsync("/_template/golden", body, Cancellation);
                await _target.SendAsync(HttpMethod.Delete, "/_template/golden", null, Cancellation);
                break;
            case ObjectKind.Alias:
                await _target.PutAsync("/golden", """{"mappings":{"properties":{"day":{"type":"date"}}}}""", Cancellation);
                await _target.PutAsync("/golden/_alias/golden-alias", body, Cancellation);
                await _target.SendAsync(HttpMethod.Delete, "/golden", null, Cancellation);
                break;
            default:
                await _target.PutAsync("/_component_template/base", """{"template":{}}""", Cancellation);
                await _target.PutAsync("/_index_template/golden", body, Cancellation);
                await _target.SendAsync(HttpMethod.Delete, "/_index_template/golden", null, Cancellation);
                await _target.SendAsync(HttpMethod.Delete, "/_component_template/base", null, Cancellation);
                break;
        }
    }

    /// <summary>A target that spreads copies over two zones takes no index with one copy: that is for the index to say, and not for the trial.</summary>
    [Fact]
    public async Task EvaluateAsync_TargetInsistsOnCopies_RefusesOnlyWhatHasTooFew()
    {
        const string Zones = """{"transient":{"cluster.routing.allocation.awareness.attributes":VALUE,"cluster.routing.allocation.awareness.force.zone.values":NAMES,"cluster.routing.allocation.awareness.balance":BALANCE}}""";
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await _target.PutAsync("/_cluster/settings", Zones.Replace("VALUE", "\"zone\"", StringComparison.Ordinal).Replace("NAMES", "\"a,b\"", StringComparison.Ordinal).Replace("BALANCE", "true", StringComparison.Ordinal), Cancellation);
        try
        {
            var run = await StepRun.OfAsync(fixture["repo"], "second", server.Endpoint, new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Replicas = 1 } }, Cancellation);
            Assert.Equal(0, (await run.EvaluateAsync(_step, Cancellation)).Numbers["conflicts"]);
            run.Change(slice => slice with { Metadata = new() { Replicas = 0 } });
            Assert.Contains((await run.EvaluateAsync(_step, Cancellation)).Lines, line => line.StartsWith("conflict index logs: the target refuses it: ", StringComparison.Ordinal));
        }
        finally
        {
            await _target.PutAsync("/_cluster/settings", Zones.Replace("VALUE", "null", StringComparison.Ordinal).Replace("NAMES", "null", StringComparison.Ordinal).Replace("BALANCE", "null", StringComparison.Ordinal), CancellationToken.None);
        }
    }

    /// <summary>Formats of Elasticsearch 6, texts that it took in them, and what it read.</summary>
    public static TheoryData<string, string, string> OldDates => new()
    {
        { "YYYY-MM-dd", "2019-12-30", "2019-12-30T00:00:00.000Z" },
        { "YYYY-MM-dd", "2018-06-30", "2018-06-30T00:00:00.000Z" },
        { "YYYY-DDD", "2019-060", "2019-03-01T00:00:00.000Z" },
        { "xxxx-'W'ww-e", "2019-W01-1", "2018-12-31T00:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZ", "2019-01-01 00:00:00+0100", "2018-12-31T23:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZ", "2019-01-01 00:00:00+01:00", "2018-12-31T23:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZ", "2019-01-01 00:00:00+01", "2018-12-31T23:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZ", "2019-01-01 00:00:00Z", "2019-01-01T00:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZZ", "2019-01-01 00:00:00+01:00", "2018-12-31T23:00:00.000Z" },
        { "yyyy-MM-dd HH:mm:ssZZ", "2019-01-01 00:00:00Z", "2019-01-01T00:00:00.000Z" },
        { "yyyy-MM-dd HH:mm ZZZ", "2019-01-01 00:00 Europe/Berlin", "2018-12-31T23:00:00.000Z" },
        { "yyyy [MM]", "2019 [01]", "2019-01-01T00:00:00.000Z" },
        { "EEE MMM dd HH:mm:ss Z yyyy", "Tue Jan 01 00:00:00 +0000 2019", "2019-01-01T00:00:00.000Z" },
        { "8uuuu-MM-dd", "2019-01-01", "2019-01-01T00:00:00.000Z" },
    };

    [Theory]
    [MemberData(nameof(OldDates))]
    public async Task Put_DocumentOfAnOldDateFormat_IsReadAsBefore(string format, string text, string read)
    {
        var mapping = """{"mappings":{"properties":{"d":{"type":"date","format":"FORMAT"}}}}""".Replace("FORMAT", JodaFormat.Read(format).Text, StringComparison.Ordinal);
        await _target.PutAsync("/dates", mapping, Cancellation);
        try
        {
            await _target.PutAsync("/dates/_doc/1?refresh=true", $$"""{"d":"{{text}}"}""", Cancellation);
            var sort = await _target.GetAsync("/dates/_search?sort=d", Cancellation);
            Assert.Equal(DateTimeOffset.Parse(read, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), (long)sort["hits"]!["hits"]![0]!["sort"]![0]!);
        }
        finally
        {
            await _target.SendAsync(HttpMethod.Delete, "/dates", null, Cancellation);
        }
    }

    public ValueTask DisposeAsync()
    {
        _target.Dispose();
        return ValueTask.CompletedTask;
    }
}
