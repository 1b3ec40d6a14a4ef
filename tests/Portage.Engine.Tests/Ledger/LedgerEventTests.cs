using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Ledger;

public sealed class LedgerEventTests
{
    private static readonly StepAddress Step = StepAddress.Parse("logs/posts@blue:backfill");
    private static readonly Fingerprint Digest = Fingerprint.Of("digest");
    private static readonly DateTimeOffset At = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StepReport Report = new(ImmutableSortedDictionary<string, long>.Empty.Add("rejected", 3), ["3 rejected", "of \"many\""]);
    private static readonly WorkloadHandle Workload = new("process", "work/a-step-0bf47489", 4, Digest);
    private static readonly StepInputs Inputs = new(
        2,
        [new InputPart("backfill.workers", "migrations.logs.slices.posts.backfill.workers", "4", Affects.Process, Change.Free), new InputPart("backfill.conflicts", "migrations.logs.slices.posts.backfill.conflicts", "\"keepExisting\"", Affects.Result, Change.Never) { IsDefault = true }],
        [new ConsumedOutput(StepAddress.Parse("logs/main:snapshot"), "documents", Digest)],
        new(Digest, Digest, Digest));

    private static readonly ImmutableArray<LedgerEvent> OneOfEach =
    [
        new SessionCreated("prod", "ann"),
        new SessionSwitched("prod", "ann"),
        new SessionDeleted("old", "ann"),
        new RevisionRecorded("prod", 1, 0, "ann", "first", """{"targets":{}}"""),
        new RevisionCommitted("prod", 1, "ann"),
        new PendingDiscarded("prod", "ann"),
        new RunStarted("prod", 1, 1, Digest, "ann"),
        new Paused("prod", "*:backfill", "ann"),
        new Resumed("prod", "*:backfill", "ann"),
        new StepStarted("prod", 1, Step, 1, StepPhase.Evaluate, Inputs),
        new StepEvaluated("prod", 1, Step, 1, Report),
        new GateOpened("prod", 1, Step, "rejected == 0 (is 3)", Report.Digest),
        new GateRejected("prod", 1, Step, "ann", null, Report.Digest),
        new GatePassed("prod", 1, Step, "ann", "fine", Report.Digest, Digest),
        new WorkloadStarted("prod", 1, Step, Workload),
        new WorkloadAdopted("prod", 1, Step, Workload),
        new WorkloadAdjusted("prod", 1, Step, Inputs),
        new WorkloadLost("prod", 1, Step, "gone", At),
        new StepStopped("prod", 1, Step, "paused"),
        new StepFailed("prod", 1, Step, 1, StepPhase.Run, DiagnosticCatalog.StepBroke.Error("migrations.logs", "It broke.") with { File = "a.yaml", At = new(3, 4), DidYouMean = "b", Command = "c" }, At),
        new StepReported("prod", 1, Step, 2, Report, new([new OutputPart("written", "posts", Digest)], """{"accepted":4}""")),
        new StepCompleted("prod", 1, Step),
        new StepReverted("prod", 1, Step),
        new RunEnded("prod", 1, RunOutcome.Done, "controller"),
    ];

    private static readonly string[] Names = [.. typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(derived => (string)derived.TypeDiscriminator!)];

    [Fact]
    public void Write_OneOfEach_IsTheContract() =>
        Golden.Verify(string.Concat(OneOfEach.Select(happened => Encoding.UTF8.GetString(LedgerJson.Write(happened)) + "\n")), "one-of-each.jsonl");

    [Fact]
    public void Read_TheContract_GivesTheSameAgain()
    {
        var folder = Path.Combine(Checkout.Root, "tests", "Portage.Engine.Tests", "Ledger");
        foreach (var line in File.ReadLines(Path.Combine(folder, "one-of-each.jsonl")))
        {
            Assert.Equal(line, Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read(Encoding.UTF8.GetBytes(line)))));
        }
    }

    /// <summary>Builds of that time wrote <c>&gt;</c> before the target in addresses. Never edited, never deleted.</summary>
    [Fact]
    public void Read_TheContractOfEarlierBuilds_IsWrittenAsTodays()
    {
        var folder = Path.Combine(Checkout.Root, "tests", "Portage.Engine.Tests", "Ledger");
        var old = File.ReadAllLines(Path.Combine(folder, "one-of-each.2026-11.jsonl"));
        Assert.Contains(old, line => line.Contains("\"logs/posts\\u003Eblue:backfill\"", StringComparison.Ordinal));
        Assert.Equal(
            File.ReadLines(Path.Combine(folder, "one-of-each.jsonl")),
            old.Select(line => Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read(Encoding.UTF8.GetBytes(line))))));
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("resumed")]
    public void Read_PatternOfAnEarlierBuild_IsTodays(string happened)
    {
        var read = LedgerJson.Read(Encoding.UTF8.GetBytes($$"""{"event":"{{happened}}","session":"prod","pattern":"*\u003Eblue:*","by":"ann"}"""));
        Assert.Equal("*@blue:*", read is Paused paused ? paused.Pattern : Assert.IsType<Resumed>(read).Pattern);
    }

    /// <summary>Reading is written by hand, writing is not: every word of every enumeration must pass.</summary>
    [Fact]
    public void Read_AnyWord_IsTheOneWritten()
    {
        Assert.All(Enum.GetValues<StepPhase>(), phase => AssertSame(new StepStarted("prod", 1, Step, 1, phase, Inputs)));
        Assert.All(Enum.GetValues<RunOutcome>(), outcome => AssertSame(new RunEnded("prod", 1, outcome, "ann")));
        Assert.All(Enum.GetValues<Affects>(), affects => AssertSame(new WorkloadAdjusted("prod", 1, Step, Inputs with { Parts = [Inputs.Parts[0] with { Affects = affects }] })));
        Assert.All(Enum.GetValues<Change>(), change => AssertSame(new WorkloadAdjusted("prod", 1, Step, Inputs with { Parts = [Inputs.Parts[0] with { Change = change }] })));
        Assert.All(Enum.GetValues<Severity>(), severity => AssertSame(new StepFailed("prod", 1, Step, 1, StepPhase.Run, DiagnosticCatalog.StepBroke.Error(null, "It broke.") with { Severity = severity }, null)));
    }

    [Theory]
    [InlineData("""{"event":"runEnded","session":"prod","run":1,"outcome":"Done"}""")]
    [InlineData("""{"event":"runEnded","session":"prod","run":"1","outcome":"Done","by":"ann"}""")]
    [InlineData("""{"event":"runEnded","session":"prod","run":1,"outcome":"Lost","by":"ann"}""")]
    [InlineData("""{"event":"invented","session":"prod","by":"ann"}""")]
    [InlineData("""{"session":"prod","by":"ann"}""")]
    [InlineData("""{"event":"sessionCreated","session":"prod","by":"ann"}{}""")]
    [InlineData("""{"event":"sessionCreated","session":"prod" """)]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void Read_NoEventOfThisRelease_Throws(string text) =>
        Assert.ThrowsAny<JsonException>(() => LedgerJson.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Read_FieldOfALaterRelease_IsPassedOver() =>
        Assert.Equal(new SessionCreated("prod", "ann"), LedgerJson.Read("""{"by":"ann","later":{"x":[1]},"event":"sessionCreated","session":"prod"}"""u8));

    private static void AssertSame(LedgerEvent happened) =>
        Assert.Equal(Encoding.UTF8.GetString(LedgerJson.Write(happened)), Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read(LedgerJson.Write(happened)))));

    [Fact]
    public void OneOfEach_Always_HoldsEveryEvent() =>
        Assert.Equal(
            typeof(LedgerEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LedgerEvent))).Select(type => type.Name).Order(StringComparer.Ordinal),
            OneOfEach.Select(happened => happened.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Readme_Always_ListsEveryEventOnce()
    {
        var rows = File.ReadLines(Path.Combine(Checkout.Root, "src", "Portage.Engine", "Ledger", "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);
        Assert.Equal(Names, rows);
    }

    [Fact]
    public void Names_Always_AreTheTypesNames() =>
        Assert.All(typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>(), derived =>
            Assert.Equal(derived.DerivedType.Name, string.Concat(char.ToUpperInvariant(((string)derived.TypeDiscriminator!)[0]), ((string)derived.TypeDiscriminator!)[1..])));
}
