using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Clusters;
using Portage.Sandbox;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Metadata;

/// <summary>The whole step against the sandbox: what it says, what it makes, what it takes back.</summary>
public sealed class MetadataStepTests : IAsyncLifetime
{
    private readonly MetadataStep _step = new();
    private readonly List<IDisposable> _owned = [];
    private SandboxCluster _sandbox = null!;
    private TestTarget _target = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Logs and packed: two indices, three aliases, a filter.</summary>
    private static SliceConfig TwoIndices => new() { Indices = new() { Include = ["logs", "packed"] } };

    private static SliceConfig Everything => new() { Types = TypesChoice.PrefixIds, Metadata = new() { Templates = new() { Exclude = ["streams"] } } };

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxCluster.StartAsync(new SandboxOptions(), Cancellation);
        _target = new(_sandbox.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _owned.ForEach(owned => owned.Dispose());
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task EvaluateAsync_SnapshotOfEachEra_SaysWhatItsGoldenSays(string server)
    {
        var run = await RunOfAsync(server, Everything);
        var report = await run.EvaluateAsync(_step, Cancellation);
        Golden.Verify(string.Join('\n', [.. report.Lines, .. report.Numbers.Select(number => $"{number.Key} {number.Value}"), ""]), $"Reports/{server}.txt");
    }

    [Fact]
    public async Task EvaluateAsync_Always_LeavesNothingBehind()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        await _target.PutAsync("/_template/theirs", """{"index_patterns":["x*"]}""", Cancellation);
        var before = await _target.EverythingAsync(Cancellation);
        await run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task EvaluateAsync_TargetRefusesOne_LeavesNothingBehind()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        await _target.PutAsync("/packed", """{"mappings":{"properties":{"n":{"type":"keyword"}}}}""", Cancellation);
        var before = await _target.EverythingAsync(Cancellation);
        await run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task EvaluateAsync_KilledOneLeftScratchObjects_RemovesThem()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        var identity = run.ContextOf(_step, null).Inputs.Fingerprints.Identity.Short;
        await _target.PutAsync($"/portage-scratch-{identity}-7", "{}", Cancellation);
        await _target.PutAsync($"/_component_template/portage-scratch-{identity}-8", """{"template":{}}""", Cancellation);
        await _target.PutAsync($"/_index_template/portage-scratch-{identity}-9", $$"""{"index_patterns":["none"],"composed_of":["portage-scratch-{{identity}}-8"]}""", Cancellation);
        await _target.PutAsync("/portage-scratch-00000000-1", "{}", Cancellation);

        await run.EvaluateAsync(_step, Cancellation);

        Assert.Equal(["portage-scratch-00000000-1"], _sandbox.Indices);
        Assert.DoesNotContain(identity, await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Approved_CreatesAllOfIt()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));

        Assert.Equal(evidence.Numbers, done.Report.Numbers);
        Assert.Equal(16, _sandbox.Indices.Count);
        Assert.Equal(16, done.Outputs.Parts.Count(part => part.Group == MetadataOutputs.Indices));
        Assert.Equal(["base", "fields"], (await _target.Metadata.ListTemplatesAsync(Clusters.Metadata.TemplateKind.Component, Cancellation)).Select(template => template.Name).Order());
        var logs = (await _target.GetAsync("/logs", Cancellation))["logs"]!;
        Assert.Equal("keyword", logs["mappings"]!["properties"]!["level"]!["type"]!.ToString());
        Assert.Equal("2", logs["settings"]!["index"]!["number_of_shards"]!.ToString());
        Assert.Equal("ERROR", logs["aliases"]!["errors"]!["filter"]!["term"]!["level"]!.ToString());
        Assert.Equal(["errors", "everything"], logs["aliases"]!.AsObject().Select(alias => alias.Key).Order());
        Assert.True((bool)(await _target.GetAsync("/versions/_alias", Cancellation))["versions"]!["aliases"]!["writing"]!["is_write_index"]!);
    }

    [Fact]
    public async Task RunAsync_TwiceTheSame_IsDoneBothTimes()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        var first = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        var second = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(first.Report.Digest, second.Report.Digest);
        Assert.Equal(first.Outputs.Data, second.Outputs.Data);
    }

    [Fact]
    public async Task RunAsync_TargetChangedSinceApproval_ChangesNothingAndAsksAgain()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}}}""", Cancellation);
        var before = await _target.EverythingAsync(Cancellation);

        var changed = Assert.IsType<StepResult.EvidenceChanged>(await run.RunAsync(_step, evidence, Cancellation));

        Assert.Contains(changed.Evidence.Lines, line => line == "conflict index logs: field level: type is text there, keyword here");
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RunAsync_IndexOfAnotherMappingAccepted_LeavesItAndCreatesTheRest()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}}}""", Cancellation);
        var before = (await _target.GetAsync("/logs", Cancellation)).ToJsonString();
        var evidence = await run.EvaluateAsync(_step, Cancellation);

        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));

        Assert.Equal(1, done.Report.Numbers["conflicts"]);
        Assert.Contains("leave index logs: what is there stays as it is, and documents go into it", done.Report.Lines);
        Assert.Contains("leave alias errors of logs out: its index is left as it is", done.Report.Lines);
        Assert.Equal(before, (await _target.GetAsync("/logs", Cancellation)).ToJsonString());
        Assert.Equal(["logs", "packed"], _sandbox.Indices);
    }

    [Fact]
    public async Task RunAsync_IndexOfAnotherMappingAndNoGate_Fails()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}}}""", Cancellation);

        var failure = await Assert.ThrowsAsync<StepException>(() => run.RunAsync(_step, null, Cancellation));

        Assert.Equal("PG3015", failure.Because.Code);
        Assert.Contains("index logs", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal(["logs"], _sandbox.Indices);
    }

    [Fact]
    public async Task EvaluateAsync_SameObjectsThere_KeepsThem()
    {
        var first = await RunOfAsync("es-7.10.2", Everything);
        await first.RunAsync(_step, await first.EvaluateAsync(_step, Cancellation), Cancellation);

        // Another session knows nothing of who made them.
        var second = await RunOfAsync("es-7.10.2", Everything);
        var report = await second.EvaluateAsync(_step, Cancellation);

        Assert.Equal((0, 25, 0), ((int)report.Numbers["created"], (int)report.Numbers["kept"], (int)report.Numbers["conflicts"]));
        var before = await _target.EverythingAsync(Cancellation);
        await second.RunAsync(_step, report, Cancellation);
        await second.RevertAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task EvaluateAsync_ReplicasDifferOnly_KeepsTheIndex()
    {
        var first = await RunOfAsync("es-7.10.2", TwoIndices);
        await first.RunAsync(_step, null, Cancellation);
        await _target.PutAsync("/logs/_settings", """{"index":{"number_of_replicas":3,"refresh_interval":"30s"}}""", Cancellation);
        var second = await RunOfAsync("es-7.10.2", TwoIndices);
        Assert.Equal(0, (await second.EvaluateAsync(_step, Cancellation)).Numbers["conflicts"]);
    }

    [Fact]
    public async Task EvaluateAsync_AliasAndTemplateDiffer_NamesTheDifferences()
    {
        await _target.PutAsync("/_template/old-style", """{"index_patterns":["tmpl-*"],"order":4}""", Cancellation);
        await _target.PutAsync("/_component_template/fields", """{"template":{"mappings":{"properties":{"host":{"type":"text"}}}}}""", Cancellation);
        var first = await RunOfAsync("es-7.10.2", TwoIndices);
        await first.RunAsync(_step, null, Cancellation);
        await _target.PutAsync("/logs/_alias/errors", """{"filter":{"term":{"level":"WARN"}}}""", Cancellation);

        var report = await (await RunOfAsync("es-7.10.2", Everything)).EvaluateAsync(_step, Cancellation);

        Assert.Contains("conflict template old-style: order is 4 there, 3 here", report.Lines);
        Assert.Contains("conflict component template fields: field host: type is text there, keyword here", report.Lines);
        Assert.Contains("conflict alias errors of logs: filter.term.level is WARN there, ERROR here", report.Lines);
        Assert.Contains("keep alias everything of logs: it is there just so", report.Lines);
    }

    [Fact]
    public async Task EvaluateAsync_NamesTakenByTheOtherKind_AreConflicts()
    {
        await _target.PutAsync("/errors", "{}", Cancellation);
        await _target.PutAsync("/other", """{"aliases":{"packed":{},"writing":{"is_write_index":true}}}""", Cancellation);
        var run = await RunOfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs", "packed", "versions"] } });

        var report = await run.EvaluateAsync(_step, Cancellation);

        Assert.Contains("conflict alias errors of logs: the target refuses it: the target has an index of that name", report.Lines);
        Assert.Contains("conflict index packed: the target refuses it: the target has an alias of that name, of other", report.Lines);
        Assert.Contains("conflict alias writing of versions: the target refuses it: the alias writes to other on the target already", report.Lines);
        var failure = await Assert.ThrowsAsync<StepException>(() => run.RunAsync(_step, report, Cancellation));
        Assert.Equal("PG3014", failure.Because.Code);
        Assert.Equal("""workflow configure update migrations.old.slices.all.indices.exclude '["packed","logs","versions"]'""", failure.Because.Command);
        Assert.Equal(["errors", "other"], _sandbox.Indices);
    }

    [Fact]
    public async Task EvaluateAsync_IndexTemplateOfTheSamePriority_IsAConflict()
    {
        await _target.PutAsync("/_index_template/theirs", """{"index_patterns":["*-2026"],"priority":200}""", Cancellation);
        var run = await RunOfAsync("es-7.10.2", Everything);
        var report = await run.EvaluateAsync(_step, Cancellation);
        Assert.Contains("conflict index template new-style: the target refuses it: index template theirs of the target has the same priority 200 and is for some of the same names", report.Lines);
        var failure = await Assert.ThrowsAsync<StepException>(() => run.RunAsync(_step, report, Cancellation));
        Assert.Equal("""workflow configure update migrations.old.slices.all.metadata.templates '{"include":["old-style","base","fields"]}'""", failure.Because.Command);
    }

    [Fact]
    public async Task RunAsync_TemplateOfTheTargetAddsToAnIndex_StraightensItAndSaysSo()
    {
        await _target.PutAsync("/_template/theirs", """{"index_patterns":["log*"],"settings":{"index.max_result_window":"5","index.translog.durability":"async"},"mappings":{"dynamic":"strict","properties":{"host":{"type":"keyword"}}},"aliases":{"theirs":{}}}""", Cancellation);
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));

        Assert.Contains("note index logs: template theirs of the target adds to it when it is created: field host: type is keyword there, not set here", evidence.Lines);
        Assert.Contains("note index logs: template theirs of the target adds to it when it is created: setting index.max_result_window is 5 there, not set here", evidence.Lines);
        Assert.Contains("note index logs: template theirs of the target adds to it when it is created: setting index.translog.durability is async there, not set here", evidence.Lines);
        Assert.Equal(3, evidence.Lines.Count(line => line.StartsWith("note", StringComparison.Ordinal)));
        Assert.Contains("template added to index logs: setting index.translog.durability is async there, not set here", done.Report.Lines);
        Assert.Equal(3, done.Report.Lines.Count(line => line.StartsWith("template added", StringComparison.Ordinal)));
        Assert.Contains("template added to index logs: field host: type is keyword there, not set here", done.Report.Lines);
        Assert.Contains("template added to index logs: setting index.max_result_window is 5 there, not set here", done.Report.Lines);
        var logs = (await _target.GetAsync("/logs", Cancellation))["logs"]!;
        Assert.Equal(["errors", "everything"], logs["aliases"]!.AsObject().Select(alias => alias.Key).Order());
        Assert.NotEqual("strict", logs["mappings"]!["dynamic"]?.ToString());
    }

    [Theory]
    [InlineData("_template", """{"enabled":false}""", "their sources", "_source.enabled is false")]
    [InlineData("_template", """{"excludes":["level"]}""", "a part of their sources", "_source.excludes is [\"level\"]")]
    [InlineData("_index_template", """{"includes":["level"]}""", "a part of their sources", "_source.includes is [\"level\"]")]
    public async Task EvaluateAsync_TemplateOfTheTargetKeepsSourcesOut_IsLost(string kind, string source, string what, string why)
    {
        var mappings = $"\"mappings\":{{\"_source\":{source}}}";
        await _target.PutAsync($"/{kind}/theirs", $"{{\"index_patterns\":[\"log*\"],{(kind == "_template" ? mappings : $"\"priority\":300,\"template\":{{{mappings}}}")}}}", Cancellation);
        var run = await RunOfAsync("es-7.10.2", TwoIndices);

        var evidence = await run.EvaluateAsync(_step, Cancellation);

        Assert.Equal(1, evidence.Numbers["lost"]);
        Assert.Contains($"lost index logs: documents arrive without {what}, as {(kind == "_template" ? "template" : "index template")} theirs of the target sets so when the target makes the index ({why})", evidence.Lines);
        Assert.DoesNotContain(evidence.Lines, line => line.StartsWith("note", StringComparison.Ordinal));
        Assert.Contains("documents or fields of 1 index lost", evidence.Lines[0], StringComparison.Ordinal);

        // The run finds what was approved, and says it again.
        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(1, done.Report.Numbers["lost"]);
    }

    [Fact]
    public async Task RunAsync_TemplateAddsAnAliasThatIsWanted_CreatesItAsWanted()
    {
        await _target.PutAsync("/_template/theirs", """{"index_patterns":["log*"],"aliases":{"errors":{}}}""", Cancellation);
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal("ERROR", (await _target.GetAsync("/logs", Cancellation))["logs"]!["aliases"]!["errors"]!["filter"]!["term"]!["level"]!.ToString());
        Assert.Equal("nothing to create; 5 kept", (await run.EvaluateAsync(_step, Cancellation)).Lines[0]);
        await run.RevertAsync(_step, Cancellation);
        Assert.Empty(_sandbox.Indices);
    }

    [Fact]
    public async Task RevertAsync_AfterARun_TakesBackAllOfItAndNothingElse()
    {
        await _target.PutAsync("/theirs", """{"aliases":{"everything":{}}}""", Cancellation);
        await _target.PutAsync("/_component_template/base", """{"template":{"settings":{"index.number_of_shards":"1"}},"_meta":{"by":"hand"},"version":4}""", Cancellation);
        var before = await _target.EverythingAsync(Cancellation);
        var run = await RunOfAsync("es-7.10.2", Everything);
        await run.RunAsync(_step, await run.EvaluateAsync(_step, Cancellation), Cancellation);

        await run.RevertAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
        await run.RevertAsync(_step, Cancellation);
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RevertAsync_SomeIsGoneAndSomeWasChanged_TakesBackTheRest()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        await run.RunAsync(_step, null, Cancellation);
        await _target.SendAsync(HttpMethod.Delete, "/packed", null, Cancellation);
        await _target.PutAsync("/logs/_mapping", """{"properties":{"later":{"type":"long"}}}""", Cancellation);
        await run.RevertAsync(_step, Cancellation);
        Assert.Empty(_sandbox.Indices);
    }

    [Fact]
    public async Task RunAsync_CrashedAfterEachCreation_GoesOnAndEndsTheSame()
    {
        // Of each kind one or two: four templates, three indices, four aliases.
        var some = Everything with { Indices = new() { Include = ["logs", "packed", "versions"] } };
        var whole = await RunOfAsync("es-7.10.2", some);
        var evidence = await whole.EvaluateAsync(_step, Cancellation);
        var expected = Assert.IsType<StepResult.Done>(await whole.RunAsync(_step, evidence, Cancellation));
        await whole.RevertAsync(_step, Cancellation);
        var objects = (int)evidence.Numbers["created"];

        for (var crash = 0; crash <= objects; crash++)
        {
            var run = await RunOfAsync("es-7.10.2", some);
            var approved = await run.EvaluateAsync(_step, Cancellation);
            run.Progress.Clear();
            var stopAt = crash;
            run.OnProgress = progress =>
            {
                if (progress.Numbers.TryGetValue("created", out var created) && created == stopAt)
                {
                    throw new CrashOfTestException();
                }
            };
            await Assert.ThrowsAsync<CrashOfTestException>(() => run.RunAsync(_step, approved, Cancellation));

            run.OnProgress = _ => { };
            var done = Assert.IsType<StepResult.Done>(await run.RunAsync(_step, approved, Cancellation));
            Assert.Equal(expected.Report.Digest, done.Report.Digest);
            await run.RevertAsync(_step, Cancellation);
            Assert.Equal("", await _target.EverythingAsync(Cancellation));
        }
    }

    [Fact]
    public async Task RunAsync_CrashedBetweenJournalAndCreation_GoesOn()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        var approved = await run.EvaluateAsync(_step, Cancellation);

        // As an earlier build wrote it; the second line was cut off by the crash.
        await run.FilesOf(_step).AppendAsync("created.jsonl", """
            {"kind":"Index","name":"logs","index":null,"ours":true}
            {"kind":"Index","na
            """u8.ToArray(), Cancellation);
        Assert.Equal(approved.Digest, (await run.EvaluateAsync(_step, Cancellation)).Digest);
        Assert.IsType<StepResult.Done>(await run.RunAsync(_step, approved, Cancellation));
        await run.RevertAsync(_step, Cancellation);
        Assert.Empty(_sandbox.Indices);
    }

    [Fact]
    public async Task RevertAsync_CrashedInTheMiddleOfARun_TakesBackWhatThereIs()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        run.OnProgress = progress =>
        {
            if (progress.Numbers.TryGetValue("created", out var created) && created == 9)
            {
                throw new CrashOfTestException();
            }
        };
        await Assert.ThrowsAsync<CrashOfTestException>(() => run.RunAsync(_step, null, Cancellation));
        Assert.NotEqual("", await _target.EverythingAsync(Cancellation));
        await run.RevertAsync(_step, Cancellation);
        Assert.Equal("", await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RunAsync_ConfiguredReplicas_AreThoseOfEveryIndex()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices with { Metadata = new() { Replicas = 2 } });
        var report = await run.EvaluateAsync(_step, Cancellation);
        await run.RunAsync(_step, report, Cancellation);
        Assert.Contains("change indices logs, packed: setting index.number_of_replicas: 0 → 2, as configured", report.Lines);
        Assert.Equal("2", (await _target.GetAsync("/logs", Cancellation))["logs"]!["settings"]!["index"]!["number_of_replicas"]!.ToString());
    }

    [Fact]
    public async Task RunAsync_AnIndexPerType_CreatesEach()
    {
        var run = await RunOfAsync("es-5.6.16", new() { Types = TypesChoice.IndexPerType, Indices = new() { Include = ["types", "family"] } });
        await run.RunAsync(_step, null, Cancellation);
        Assert.Equal(["family-child", "family-mother", "types-event", "types-order", "types-user"], _sandbox.Indices);
        Assert.Equal(["name"], (await _target.GetAsync("/types-user", Cancellation))["types-user"]!["mappings"]!["properties"]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task EvaluateAsync_NoTemplateNamed_TakesThoseForItsIndices()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        Assert.DoesNotContain("template", string.Join('\n', (await run.EvaluateAsync(_step, Cancellation)).Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EstimateAsync_SnapshotIsThere_SaysHowMany()
    {
        var run = await RunOfAsync("es-7.10.2", Everything);
        Assert.Equal("16 indices, 2 templates, 2 component templates", (await _step.EstimateAsync(run.EstimateContextOf(_step), Cancellation))!.Text);
        Assert.Equal(0, _sandbox.Requests.Total);
    }

    [Fact]
    public async Task EvaluateAsync_TargetUnreachable_SaysSoAndMayBeTriedAgain()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        _sandbox.Faults.ConnectionsAreRejected = true;
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(_step, Cancellation));
        Assert.Equal(("PG4001", true), (failure.Because.Code, failure.IsTransient));
    }

    [Fact]
    public async Task EvaluateAsync_WrongPassword_SaysSo()
    {
        await using var locked = await SandboxCluster.StartAsync(new SandboxOptions { Credentials = new("admin", "right") }, Cancellation);
        var run = await RunOfAsync("es-7.10.2", TwoIndices, locked.Endpoint);
        run.Secrets["blue-admin"] = "admin:wrong";
        run.Config = run.Config with { Targets = run.Config.Targets.SetItem("blue", run.Config.Targets["blue"] with { Auth = new() { Basic = new() { Secret = "blue-admin" } } }) };
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(_step, Cancellation));
        Assert.Equal(("PG4004", false), (failure.Because.Code, failure.IsTransient));
    }

    [Fact]
    public async Task EvaluateAsync_TargetIsReadOnly_SaysSo()
    {
        var run = await RunOfAsync("es-7.10.2", TwoIndices);
        _sandbox.Faults.WriteBlock = SandboxWriteBlock.ReadOnly;
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(_step, Cancellation));
        Assert.Equal("PG4006", failure.Because.Code);
    }

    [Fact]
    public async Task EvaluateAsync_TargetStillHasTypes_SaysSo()
    {
        await using var old = await SandboxCluster.StartAsync(new SandboxOptions { Version = new(Flavor.Elasticsearch, 6, 8, 9) }, Cancellation);
        var run = await RunOfAsync("es-7.10.2", TwoIndices, old.Endpoint);
        Assert.Equal("PG4011", (await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(_step, Cancellation))).Because.Code);
    }

    private async Task<StepRun> RunOfAsync(string server, SliceConfig slice, string? endpoint = null)
    {
        var fixture = Fixtures.Unzip($"made/{server}.zip");
        _owned.Add(fixture);
        var run = await StepRun.OfAsync(fixture["repo"], "second", endpoint ?? _sandbox.Endpoint, slice, Cancellation);
        return run;
    }

    private sealed class CrashOfTestException : Exception;
}
