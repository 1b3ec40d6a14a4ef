using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Snapshots.Repositories;
using Portage.Steps;
using Portage.Steps.Backfill;
using Portage.Steps.Connecting;

namespace Portage.Scenarios.Contracts;

/// <summary>What verbs answer to programs is a contract: each shape has its golden, of a history that never changes.</summary>
public sealed class ContractTests
{
    private static readonly StepAddress Backfill = StepAddress.Parse("shop/orders@blue:backfill");

    private static readonly ProbeResult[] Probes =
    [
        new("targets.blue", "OpenSearch 2.19.1, cluster blue", null),
        new("migrations.shop.source", "", DiagnosticCatalog.SecretMissing.Error("migrations.shop.source", "There is no secret 'old-reader'.")),
    ];

    private static readonly Dictionary<string, Func<Told, Task<string>>> Goldens = new(StringComparer.Ordinal)
    {
        ["status"] = told => Written(output => StatusView.Write(output, OutputFormat.Json, told.Status)),
        ["status.under-way"] = _ => Written(output => StatusView.Write(output, OutputFormat.Json, UnderWay())),
        ["status.last-step"] = _ => Written(output => StatusView.Write(output, OutputFormat.Json, Of(UnderWay(), 0, null))),
        ["status.over"] = _ => Written(output => StatusView.Write(output, OutputFormat.Json, Of(UnderWay(), 2, RunOutcome.Failed))),
        ["plan"] = told => Written(output => PlanView.Write(output, OutputFormat.Json, PlanOf(told))),
        ["operation"] = told => Written(output => OperationView.Write(output, OutputFormat.Json, Approved(told))),
        ["operation.with-plan"] = told => Written(output => OperationView.Write(output, OutputFormat.Json, Approved(told), PlanOf(told))),
        ["explanation"] = told => Written(output => ExplainView.Write(output, OutputFormat.Json, ExplainQuestion.Answer(StepCatalog.Planner, told.Asked, told.Status, told.Events, Backfill))),
        ["edit-explanation"] = told => Written(output => ExplainView.Write(output, OutputFormat.Json, WhatIf(told))),
        ["reviews"] = told => Written(output => ReviewView.Write(output, OutputFormat.Json, ReviewsQuestion.Answer(told.Status))),
        ["leftovers"] = told => Written(output => LeftoversView.Write(output, OutputFormat.Json, new(told.Asked.Position, "default", [.. Enum.GetValues<LeftoverFate>().Select(fate => new Leftover(Backfill, fate, fate == LeftoverFate.Left ? null : "alice", "it is left as it is"))]))),
        ["runs"] = told => Written(output => RunsView.Write(output, OutputFormat.Json, RunsQuestion.Answer(told.Asked))),
        ["rejected"] = _ => RejectedAsync(static (output, line, _) => output.Out.WriteLine(RejectedView.Line(output, OutputFormat.Json, Backfill, line, isOneOfMany: false))),
        ["rejected-summary"] = told => RejectedAsync((output, _, summary) => RejectedView.Write(output, OutputFormat.Json, told.Asked.Position, "default", [(Backfill, summary)])),
        ["revisions"] = told => Written(output => HistoryView.Write(output, OutputFormat.Json, RevisionsQuestion.Answer(told.Asked))),
        ["difference"] = told => Written(output => HistoryView.Write(output, OutputFormat.Json, RevisionsQuestion.Compare(told.Asked, null, null).Difference!)),
        ["sessions"] = told => Written(output => SessionView.Write(output, OutputFormat.Json, SessionsQuestion.Answer(told.Asked.Home))),
        ["session"] = told => Written(output => SessionView.Write(output, OutputFormat.Json, SessionsQuestion.Answer(told.Asked, told.Status), "shop/orders")),
        ["context"] = _ => Written(output => ContextView.Write(output, OutputFormat.Json, "default", "shop/orders@blue")),
        ["validation"] = _ => Written(output => ValidationView.Write(output, OutputFormat.Json, ConfigurationReader.Read("targets: { blue: { endpont: x } }", "shop.yaml"), Probes)),
        ["connections"] = _ => Written(output => ValidationView.Write(output, OutputFormat.Json, Probes)),
        ["cluster-indices"] = _ => Written(output => Structured.Write(output, OutputFormat.Json, Shape.ClusterIndices, json => ClusterJson.Write(json, [(new("blue", IsTarget: true, "http://blue:9200"), """[{"index":"orders","docs.count":"3"}]"""u8.ToArray())]))),
        ["secrets"] = _ => Written(output => SecretsView.Write(output, OutputFormat.Json, ["blue-admin", "old-reader"])),
        ["snapshot-list"] = _ => SnapshotAsync((output, repository, _) => SnapshotView.Write(output, OutputFormat.Json, repository)),
        ["snapshot-inspection"] = _ => SnapshotAsync((output, _, inspection) => SnapshotView.Write(output, OutputFormat.Json, inspection)),
        ["configuration"] = told => Task.FromResult(ConfigurationEditor.Show(told.Asked.Session.Current!.Configuration, "migrations.shop.slices", ShowFormat.Json).Text!),
        ["log-line"] = _ => Task.FromResult(LogView.Line(OutputFormat.Json, new(default, """{"time":"2026-11-28T14:00:00+00:00","level":"information","service":"worker","message":"Worker begins."}""", null, null, null, null, null, null)) + "\n"),
    };

    public static TheoryData<string> Names() => [.. Goldens.Keys];

    public static TheoryData<string> Versioned() => [.. Shape.All.Where(shape => shape.Version > 0).Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Json_OfEachAnswer_IsTheContract(string name) => Golden.Verify(await Goldens[name](await ToldAsync()), $"{name}.json");

    [Fact]
    public void Shapes_OfAllVerbs_HaveAGolden()
    {
        Assert.Equal(Shape.All.Select(shape => shape.Name).Order(StringComparer.Ordinal), Goldens.Keys.Select(name => name.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            Goldens.Keys.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests", "Portage.Scenarios", "Contracts"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Json_OfAVersionedShape_CarriesItsVersion(string name)
    {
        var shape = Shape.All.Single(shape => shape.Name == name.Split('.')[0]);
        using var document = JsonDocument.Parse(await Goldens[name](await ToldAsync()));
        Assert.Equal(shape.Version, document.RootElement.TryGetProperty("formatVersion", out var version) ? version.GetInt32() : 0);
    }

    /// <summary>A field is there also where it is null: a program that reads it needs no other case.</summary>
    [Theory]
    [MemberData(nameof(Versioned))]
    public async Task Json_OfAShape_HasTheSameFieldsEverywhere(string shape)
    {
        var (told, seen) = (await ToldAsync(), new Dictionary<string, HashSet<string>>(StringComparer.Ordinal));
        foreach (var name in Goldens.Keys.Where(name => name.Split('.')[0] == shape))
        {
            using var document = JsonDocument.Parse(await Goldens[name](told));
            Walk("", document.RootElement);
        }

        Assert.All(seen, place => Assert.True(place.Value.Count == 1, $"{place.Key}: {string.Join(" or ", place.Value)}"));

        void Walk(string place, JsonElement value)
        {
            // Numbers are what a step counts, and the columns of an index are the cluster's.
            if (value.ValueKind == JsonValueKind.Object && !place.EndsWith(".numbers", StringComparison.Ordinal) && !place.EndsWith(".indices[]", StringComparison.Ordinal))
            {
                seen.TryAdd(place, []);
                seen[place].Add(string.Join(' ', value.EnumerateObject().Select(field => field.Name)));
                foreach (var field in value.EnumerateObject())
                {
                    Walk($"{place}.{field.Name}", field.Value);
                }
            }
            else if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray())
                {
                    Walk($"{place}[]", item);
                }
            }
        }
    }

    /// <summary>An answer about what is recorded says how much of it was taken into account.</summary>
    [Theory]
    [InlineData("status")]
    [InlineData("plan")]
    [InlineData("explanation")]
    [InlineData("edit-explanation")]
    [InlineData("reviews")]
    [InlineData("runs")]
    [InlineData("rejected-summary")]
    [InlineData("revisions")]
    [InlineData("difference")]
    [InlineData("sessions")]
    [InlineData("session")]
    public async Task Json_OfWhatIsRecorded_CarriesThePosition(string name)
    {
        var told = await ToldAsync();
        using var document = JsonDocument.Parse(await Goldens[name](told));
        Assert.Equal(told.Events[^1].Sequence, document.RootElement.GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task Yaml_OfTheStatus_IsTheSameTree()
    {
        var told = await ToldAsync();
        Golden.Verify(await Written(output => StatusView.Write(output, OutputFormat.Yaml, told.Status)), "status.yaml");
    }

    [Fact]
    public async Task Commit_ThatStarts_AnswersOnce()
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        var configured = (await workflow.PipeAsync(Samples.Configuration("http://127.0.0.1:1", workflow["repository"]), "configure", "--file", "-", "--json")).Expect(0).Json;
        Assert.Equal(2, configured.GetProperty("position").GetInt64());
        var started = (await workflow.RunAsync("configure", "commit", "--start", "--json")).Expect(0).Json;
        Assert.Equal(1, started.GetProperty("run").GetInt32());
        Assert.InRange(started.GetProperty("position").GetInt64(), 4, long.MaxValue);
    }

    [Fact]
    public async Task Text_OfTheStatus_IsHeadedBySourceAndTarget()
    {
        var told = await ToldAsync();
        var lines = (await Written(output => StatusView.Write(output, OutputFormat.Text, told.Status))).Split('\n');
        Assert.Contains("shop [session=default]", lines);
        Assert.Contains("shop -> blue [session=default]", lines);
    }

    /// <summary>One document that was refused, as a backfill keeps it.</summary>
    private static async Task<string> RejectedAsync(Action<Terminal, RejectedLine, RejectedSummary> write)
    {
        const string Kept = """{"formatVersion":1,"index":"orders-2026-09","shard":0,"segment":"_0","document":57,"position":57,"type":null,"id":"17","routing":null,"parent":null,"operation":"create","targetIndex":"orders-2026-09","targetId":"17","targetRouting":null,"status":400,"errorType":"mapper_parsing_exception","reason":"failed to parse field [total]","source":"{\"total\":\"n/a\"}"}""";
        using var folder = new TempFolder();
        var item = new StepFiles(folder.Path).Item("orders-2026-09");
        await item.AppendAsync("findings.ndjson", Encoding.UTF8.GetBytes(Kept + "\n"), TestContext.Current.CancellationToken);
        await item.AppendAsync("journal.jsonl", Encoding.UTF8.GetBytes($$$"""{"item":"orders-2026-09/0","position":57,"done":true,"findings":{{{Kept.Length + 1}}},"numbers":{"rejected":1}}""" + "\n"), TestContext.Current.CancellationToken);
        IAsyncEnumerable<RejectedLine> lines = RejectedList.ReadAsync(new StepFiles(folder.Path), static _ => true, TestContext.Current.CancellationToken);
        var (line, summary) = (await lines.SingleAsync(TestContext.Current.CancellationToken), await RejectedSummary.OfAsync(lines));
        return await Written(output => write(output, line, summary));
    }

    private static async Task<Told> ToldAsync()
    {
        var events = await ContractHistory.ReadAsync();
        var asked = Asked.Find(HomeState.Of(events), HomeState.DefaultSession, ".portage").Asked!;
        var sight = new WorkSight(null, ImmutableDictionary<StepAddress, StepSight>.Empty, 2);
        return new(events, asked, StatusQuestion.Answer(StepCatalog.Planner, asked, sight, events[^1].At));
    }

    private static Task<string> Written(Action<Terminal> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        write(new(TextReader.Null, output, output, inputIsTerminal: false, outputIsTerminal: false, hasColor: false));
        return Task.FromResult(output.ToString());
    }

    /// <summary>Of the pending revision, which has the backfill done anew: what it would destroy is told as if it had been looked at.</summary>
    private static PlanReport PlanOf(Told told)
    {
        var (session, pending) = (told.Asked.Session, told.Asked.Session.Pending!);
        var config = ConfigurationReader.ReadCanonical(pending.Configuration).Config!;
        var seen = new Destruction(DestructionKind.DeleteDocuments, "blue", "orders-2026-09", 585, 123_456, 2) { Item = "orders-2026-09" };
        var plan = StepCatalog.Planner.Plan(StepCatalog.Planner.Wanted(config), session.Recorded(), new Dictionary<StepAddress, Observation> { [Backfill] = new([seen], null) }).Plan;
        return new(session.Name, pending.Number, IsPending: true, plan, ImmutableDictionary<StepAddress, StepEstimate>.Empty.Add(Backfill, new("2 indices", 1_185, null)), [])
        {
            Config = config,
            Position = told.Asked.Position,
        };
    }

    private static EditExplanation WhatIf(Told told)
    {
        const string Edit = "targets.blue.endpoint=http://other:9200";
        var config = ConfigurationReader.ReadCanonical(ExplainQuestion.Edited(told.Asked, Backfill, Edit).Edited!.Configuration).Config!;
        return ExplainQuestion.WhatIf(told.Asked, Backfill, Edit, StepCatalog.Planner.Plan(config, told.Asked.Session.Recorded()).Plan);
    }

    private static OperationResult Approved(Told told) => new OperationRules(StepCatalog.Planner)
        .Perform(new Operation.Approve([.. ReviewsQuestion.Answer(told.Status).Reviews.Select(step => new Reviewed(step.Address, step.EvidenceDigest!.Value))], "looks right") { By = "alice" }, told.Asked.Home) with
    {
        Position = told.Asked.Position + 1,
        Run = 1,
    };

    /// <summary>What no recorded history can show: work that moves, an index under way, a failure, what a review would destroy.</summary>
    private static StatusReport UnderWay()
    {
        var at = new DateTimeOffset(2026, 11, 28, 14, 0, 0, TimeSpan.Zero);
        var numbers = ImmutableSortedDictionary<string, long>.Empty.Add("accepted", 440).Add("rejected", 10);
        var progress = new StepProgress(450, 1_000, "documents", 50.04, "the target pushes back", numbers) { At = at, MovedAt = at, TotalIsAtMost = true };
        var evidence = new StepReport(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", 0), ["1 index to create"]) { Destroys = [new(DestructionKind.DeleteIndex, "green", "orders", 12, null, null) { Item = "orders" }] };
        return new("default", 3, null, 4711, 2, null,
        [
            new(StepAddress.Parse("shop/orders@blue:backfill"), "", StepGroup.InProgress, "running; the target pushes back", progress, TimeSpan.FromSeconds(11), null, null, null, 1, at)
            {
                Items = new(1, 3, [new("orders-2026-09", 300, 585) { TotalIsAtMost = true }]),
            },
            new(StepAddress.Parse("shop/orders@green:metadata"), "", StepGroup.UnderReview, "conflicts == 0 (is 1); waits for approval: workflow approve", null, null, evidence, evidence.Digest, null, 1, at) { Unmet = "conflicts == 0 (is 1)" },
            new(StepAddress.Parse("shop/orders@green:validate"), "full", StepGroup.Failed, "PG2014: It broke.", null, null, null, null, DiagnosticCatalog.StepBroke.Error(null, "It broke."), 2, at),
        ],
        ["Paused everything by ana: workflow resume."])
        {
            Position = 42,
            At = at,
            Plan = evidence.Digest,
        };
    }

    private static StatusReport Of(StatusReport report, int step, RunOutcome? outcome) =>
        report with { Steps = [report.Steps[step]], Outcome = outcome, Controller = outcome is null ? report.Controller : null, Notes = [] };

    private static async Task<string> SnapshotAsync(Action<Terminal, SnapshotRepository, SnapshotInspection> write)
    {
        using var folder = new TempFolder();
        Samples.Unpack(folder["repository"]);
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(folder["repository"]), TestContext.Current.CancellationToken);
        var inspection = await SnapshotInspection.OfAsync(await repository.OpenSnapshotAsync("nightly", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        return (await Written(output => write(output, repository, inspection))).Replace(folder.Path, "", StringComparison.Ordinal);
    }

    private sealed record Told(IReadOnlyList<RecordedEvent> Events, Asked Asked, StatusReport Status);
}
