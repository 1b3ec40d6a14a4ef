using System.Text.Json;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Transforms;

/// <summary>What a slice's transforms do to documents and mappings, from metadata to validation and back.</summary>
public sealed class TransformedSliceTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ARename_IsDoneToDocumentsAndMappingAndComparesTheSame()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers", new TransformConfig { Rename = new() { Field = "o.n", To = "value" } }));
        var done = await slice.DoAsync(new BackfillStep());
        var golden = slice.Golden("numbers").ToArray();

        Assert.Equal((golden.Length, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["rejected"]));
        var there = slice.OnTarget("numbers");
        Assert.Contains("""n01 |  | {"o":{"value":1.10}}""", there);
        Assert.Contains("""n04 |  | {"o":{"value":12345678901234567890123456789.123456789012345678901234567890}}""", there);
        Assert.Contains("""n03 |  | {"o":{"value":1e-7,"m":1E+400}}""", there);
        Assert.Contains(golden.Where(document => document.Id == "n10").Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Single(), there);

        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal($"{golden.Length} documents compared: all the same", compared.Report.Lines[0]);
        Assert.Equal(0, compared.Report.Numbers["objectsDiffering"]);
    }

    [Fact]
    public async Task RunAsync_ADocumentThatIsNotTransformedOnTheTarget_Differs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers", new TransformConfig { Rename = new() { Field = "o.n", To = "value" } }));
        await slice.DoAsync(new BackfillStep());
        await slice.Target.PutAsync("/numbers/_doc/n01", """{"o":{"n":1.10}}""", Cancellation);

        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal(1, compared.Report.Numbers["differing"]);
    }

    [Fact]
    public async Task EvaluateAsync_FieldsThatGoElsewhere_AreSaidAndMappedThere()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice(
            "stored",
            new TransformConfig { Rename = new() { Field = "title", To = "headline" } },
            new TransformConfig { Move = new() { Field = "when", To = "at.day" } },
            new TransformConfig { Remove = new() { Field = "b" } },
            new TransformConfig { Convert = new() { Field = "n", To = ConvertChoice.String } },
            new TransformConfig { Set = new() { Field = "origin", Value = "old" } }));

        var mapping = JsonDocument.Parse((await slice.Target.GetAsync("/stored/_mapping", Cancellation)).ToJsonString()).RootElement.GetProperty("stored").GetProperty("mappings").GetProperty("properties");
        Assert.Equal(("text", "date", "keyword"), (Type(mapping, "headline"), mapping.GetProperty("at").GetProperty("properties").GetProperty("day").GetProperty("type").GetString(), Type(mapping, "n")));
        Assert.False(mapping.TryGetProperty("title", out _) || mapping.TryGetProperty("when", out _) || mapping.TryGetProperty("b", out _));

        await slice.DoAsync(new BackfillStep());
        Assert.Contains("""t0 |  | {"headline": """.TrimEnd(), slice.OnTarget("stored")[0].Replace("\": ", "\":", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(slice.OnTarget("stored"), line => Assert.EndsWith("""},"origin":"old"}""", line, StringComparison.Ordinal));
        Assert.Equal("all the same", (await slice.DoAsync(new ValidateStep())).Report.Lines[0].Split(": ")[1]);
    }

    [Fact]
    public async Task RunAsync_ATransformThatFails_RejectsThatDocumentAlone()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers", new TransformConfig { Convert = new() { Field = "o.n", To = ConvertChoice.Long } }));
        var done = await slice.DoAsync(new BackfillStep());
        var golden = slice.Golden("numbers").Count();

        var findings = slice.Findings(new BackfillStep()).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(line => line.GetProperty("id").GetString()!);
        Assert.Equal((golden - findings.Count, findings.Count), (done.Report.Numbers["accepted"], done.Report.Numbers["rejected"]));
        var rejected = findings["n01"];
        Assert.Equal("transform", rejected.GetProperty("errorType").GetString());
        Assert.Equal("transforms[0] convert: 'o.n': 1.10 is no whole number of 64 bits.", rejected.GetProperty("reason").GetString());
        Assert.Equal("""{"o":{"n":1.10}}""", rejected.GetProperty("source").GetString());
        Assert.Contains("""n00 |  | {"o":{"n":1}}""", slice.OnTarget("numbers"));
        Assert.DoesNotContain(slice.OnTarget("numbers"), line => line.StartsWith("n01", StringComparison.Ordinal));

        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal((0, 0, findings.Count), (compared.Report.Numbers["missing"], compared.Report.Numbers["differing"], (int)compared.Report.Numbers["rejected"]));
    }

    [Fact]
    public async Task RunAsync_AScriptThatLeavesSomeOut_CountsThemApartAndMissesNone()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("routed", Script("return items => items.filter(item => item.document.n % 2 === 0);")));
        var done = await slice.DoAsync(new BackfillStep());
        var golden = slice.Golden("routed").ToArray();
        var even = golden.Where(document => JsonDocument.Parse(document.Source!).RootElement.GetProperty("n").GetInt32() % 2 == 0).ToArray();

        Assert.Equal((even.Length, golden.Length - even.Length, 0), (done.Report.Numbers["accepted"], (int)done.Report.Numbers["filtered"], done.Report.Numbers["rejected"]));
        Assert.Equal(even.Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("routed"));
        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal($"{even.Length} documents compared: all the same", compared.Report.Lines[0]);
        Assert.Equal($"routed: {golden.Length} in the snapshot: {even.Length} the same, {golden.Length - even.Length} left out by a transform", compared.Report.Lines[1]);

        var odd = golden.Except(even).First();
        await slice.Target.PutAsync($"/routed/_doc/{odd.Id}?routing={Uri.EscapeDataString(odd.Routing!)}", odd.Source!, Cancellation);
        await slice.Run.FilesOf(new ValidateStep()).Item("routed").DeleteAllAsync(Cancellation);
        var again = await slice.DoAsync(new ValidateStep());
        Assert.Equal((1, 0), (again.Report.Numbers["differing"], again.Report.Numbers["extra"]));
        Assert.Contains("a transform leaves it out", Assert.Single(slice.Findings(new ValidateStep())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ATransformedDocumentThatTheTargetRefuses_IsKeptWithBothTexts()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("stored", Script("return items => { if (items[0].document.n === -40) { items[0].document.when = 'never'; } return items; };")));
        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal(1, done.Report.Numbers["rejected"]);
        var rejected = JsonDocument.Parse(Assert.Single(slice.Findings(new BackfillStep()))).RootElement;
        Assert.Equal(slice.Golden("stored").Single(document => document.Id == "t0").Source, rejected.GetProperty("source").GetString());
        Assert.Contains("\"never\"", rejected.GetProperty("sent").GetString(), StringComparison.Ordinal);
        Assert.Equal(64, rejected.GetProperty("transform").GetString()!.Length);
        Assert.Matches(@"^transforms: 1 of \d+ documents changed, \d+\.\d µs a document$", done.Report.Lines.Single(line => line.StartsWith("transforms:", StringComparison.Ordinal)));
        Assert.Equal(1, (await slice.DoAsync(new ValidateStep())).Report.Numbers["rejected"]);
    }

    [Fact]
    public async Task EvaluateAsync_BeforeAnythingIsWritten_ShowsSamplesBeforeAndAfter()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers"));
        slice.Run.Change(_ => Slice("numbers", new TransformConfig { Convert = new() { Field = "o.n", To = ConvertChoice.Long } }));
        var report = await slice.Run.EvaluateAsync(new MetadataStep(), Cancellation);

        Assert.Equal(1, report.Numbers["failing"]);
        Assert.Equal(
            [
                "transforms tried on 3 documents of 1 index: 2 changed, 0 as they were, 0 left out, 1 failing",
                "sample numbers/n01 fails: transforms[0] convert: 'o.n': 1.10 is no whole number of 64 bits.",
                """sample numbers/n00, before: {"o":{"n":1.0}}""",
                """sample numbers/n00, after: {"o":{"n":1}}""",
            ],
            report.Lines.Where(line => line.StartsWith("sample", StringComparison.Ordinal) || line.StartsWith("transforms tried", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RunAsync_AScriptForMetadata_RewritesIndicesAndNoDocument()
    {
        var script = Script("return (it) => { if (it.type === 'index' && it.body) { it.body.mappings.properties.title = { type: 'keyword' }; it.body.settings['index.refresh_interval'] = context.interval; } return it; };", ScriptSubject.Metadata);
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("stored", script with { JavaScript = script.JavaScript! with { Context = """{"interval":"7s"}""" } }));

        var index = JsonDocument.Parse((await slice.Target.GetAsync("/stored", Cancellation)).ToJsonString()).RootElement.GetProperty("stored");
        Assert.Equal("keyword", Type(index.GetProperty("mappings").GetProperty("properties"), "title"));
        Assert.Equal("7s", index.GetProperty("settings").GetProperty("index").GetProperty("refresh_interval").GetString());
        await slice.DoAsync(new BackfillStep());
        Assert.Equal(slice.Golden("stored").Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("stored"));
        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal(0, compared.Report.Numbers["objectsDiffering"]);
    }

    [Fact]
    public async Task EvaluateAsync_AScriptForMetadataThatFails_IsAConflictOfThatObject()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers"));
        slice.Run.Change(_ => Slice("stored", Script("return it => { throw 'no'; };", ScriptSubject.Metadata)));
        var report = await slice.Run.EvaluateAsync(new MetadataStep(), Cancellation);

        Assert.Contains("conflict index stored: the target refuses it: The script throws: no (line 1) (transforms[0] javaScript)", report.Lines);
    }

    [Theory]
    [InlineData("return items => { throw 'no'; };", "PG3019", "transforms")]
    [InlineData("return 7;", "PG3018", "transforms[0].javaScript.code")]
    public async Task RunAsync_ATransformThatFailsForAll_IsRefusedBeforeAnythingIsWritten(string body, string code, string place)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers"));
        slice.Run.Change(_ => Slice("numbers", Script(body)));

        foreach (var call in (Func<Task>[])[() => slice.Run.EvaluateAsync(new MetadataStep(), Cancellation), () => slice.Run.RunAsync(new BackfillStep(), null, Cancellation)])
        {
            var failure = await Assert.ThrowsAsync<StepException>(call);
            Assert.Equal((code, $"migrations.old.slices.all.{place}", false), (failure.Because.Code, failure.Because.Path, failure.IsTransient));
        }

        Assert.Empty(slice.OnTarget("numbers"));
    }

    [Fact]
    public async Task RevertAsync_AmongDocumentsOfOthers_FindsItsOwnByWhatTheyBecame()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Slice("numbers", new TransformConfig { Rename = new() { Field = "o.n", To = "value" } }));
        await slice.DoAsync(new BackfillStep());
        await slice.Target.PutAsync("/numbers/_doc/mine", """{"o":{"n":7}}""", Cancellation);
        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);

        Assert.Equal("""mine |  | {"o":{"n":7}}""", Assert.Single(slice.OnTarget("numbers")));
    }

    [Fact]
    public void Derive_AnEditOfATransform_ConcernsWhatItIsDoneTo()
    {
        var remove = new TransformConfig { Remove = new() { Field = "debug" } };
        var (set, other) = (new TransformConfig { Set = new() { Field = "a", Value = "x" } }, new TransformConfig { Set = new() { Field = "a", Value = "y" } });

        Assert.Equal(["backfill", "validate"], Concerned([remove, set], [remove, other]));
        Assert.Equal(["backfill", "validate"], Concerned([remove, Script("return items => items;")], [remove, Script("return (items) => items;")]));
        Assert.Equal(["metadata", "backfill", "validate"], Concerned([set], [set, remove]));
        Assert.Equal(["metadata", "backfill", "validate"], Concerned([new() { Rename = new() { Field = "a", To = "b" } }, remove], [remove, new() { Rename = new() { Field = "a", To = "b" } }]));
        Assert.Equal(["metadata"], Concerned([set, Script("return it => it;", ScriptSubject.Metadata)], [set, Script("return (it) => it;", ScriptSubject.Metadata)]));
        Assert.Empty(Concerned([remove, set], [remove, set]));
    }

    private static string[] Concerned(TransformConfig[] had, TransformConfig[] wanted)
    {
        string[] Parts(IStepDefinition step, TransformConfig[] transforms) =>
            [.. step.Derive(StepRun.ConfigOf("/repo", new() { Existing = "one" }, "http://127.0.0.1:1", new() { Transforms = [.. transforms] })).Single().Inputs.Select(part => part.ToString())];

        return [.. ((IStepDefinition[])[new MetadataInputs(), new BackfillInputs(), new ValidateInputs()])
            .Where(step => !Parts(step, had).SequenceEqual(Parts(step, wanted)))
            .Select(step => step.Kind.Word())];
    }

    private static TransformConfig Script(string body, ScriptSubject subject = ScriptSubject.Documents) => new() { JavaScript = new() { For = subject, Code = $"function main(context) {{ {body} }}\n(() => main)();" } };

    private static SliceConfig Slice(string index, params TransformConfig[] transforms) => new() { Indices = new() { Include = [index] }, Transforms = [.. transforms] };

    private static string? Type(JsonElement mapping, string field) => mapping.GetProperty(field).GetProperty("type").GetString();
}
