using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Ledger;

/// <summary>What is written is a contract: the lines of one-of-each.jsonl, which no release may read or write otherwise.</summary>
public sealed class LedgerEventTests
{
    private static readonly StepAddress Step = StepAddress.Parse("logs/posts@blue:backfill");
    private static readonly Fingerprint Digest = Fingerprint.Of("digest");
    private static readonly StepInputs Inputs = new(
        2,
        [new InputPart("backfill.workers", "migrations.logs.slices.posts.backfill.workers", "4", Affects.Process, Change.Free)],
        [new ConsumedOutput(StepAddress.Parse("logs/main:snapshot"), "documents", Digest)],
        new(Digest, Digest, Digest));

    private static readonly ImmutableArray<string> Contract = Lines("one-of-each.jsonl");

    /// <summary>Reading is written by hand, writing is not: a field that one of them forgets, or calls otherwise, makes another line.</summary>
    [Fact]
    public void Read_AnyLineOfTheContract_IsWrittenAgainByteForByte() =>
        Assert.All(Contract, line => Assert.Equal(line, Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read(Encoding.UTF8.GetBytes(line))))));

    /// <summary>Builds of that time wrote <c>&gt;</c> before the target in addresses. Never edited, never deleted.</summary>
    [Fact]
    public void Read_TheContractOfEarlierBuilds_IsWrittenAsTodays()
    {
        var old = Lines("one-of-each.2026-11.jsonl");
        Assert.Contains(old, line => line.Contains("\"logs/posts\\u003Eblue:backfill\"", StringComparison.Ordinal));
        Assert.All(old, line => Assert.Contains(Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read(Encoding.UTF8.GetBytes(line)))), Contract));
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("resumed")]
    public void Read_PatternOfAnEarlierBuild_IsTodays(string happened)
    {
        var read = LedgerJson.Read(Encoding.UTF8.GetBytes($$"""{"event":"{{happened}}","session":"prod","pattern":"*\u003Eblue:*","by":"ann"}"""));
        Assert.Equal("*@blue:*", read is Paused paused ? paused.Pattern : Assert.IsType<Resumed>(read).Pattern);
    }

    /// <summary>Whoever adds an event, or a field anywhere in one, adds a line that has it.</summary>
    [Fact]
    public void Contract_Always_HasEveryFieldOfEveryEvent()
    {
        var (known, seen) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var type in typeof(LedgerEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LedgerEvent)) && !type.IsAbstract))
        {
            Know(type, known, []);
        }

        foreach (var line in Contract)
        {
            using var json = JsonDocument.Parse(line);
            See(json.RootElement, LedgerJson.Read(Encoding.UTF8.GetBytes(line)).GetType(), seen);
        }

        Assert.Empty(known.Except(seen));
    }

    /// <summary>An event passed over unread must be one of a step; one of a step that is read all the same only costs time, which is why those are held to it too.</summary>
    [Fact]
    public void StepEventNames_AnyEventOfTheContract_TellWhetherItIsOfAStep() =>
        Assert.All(Contract, line => Assert.Equal(LedgerJson.Read(Encoding.UTF8.GetBytes(line)) is StepEvent, StepEventNames.Begin(Encoding.UTF8.GetBytes(line))));

    [Theory]
    [InlineData("")]
    [InlineData("""{"event":"stepStarted""")]
    [InlineData("""{"event":"stepStartedAgain","session":"default"}""")]
    [InlineData("""{"session":"default","event":"stepStarted"}""")]
    [InlineData("""{"event":"runStarted","session":"stepStarted"}""")]
    public void StepEventNames_AnythingElse_DoNotTell(string text) => Assert.False(StepEventNames.Begin(Encoding.UTF8.GetBytes(text)));

    /// <summary>Every word of every enumeration must pass too.</summary>
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
    [InlineData("""{"event":"runEnded","session":"prod","outcome":"Done","by":"ann"}""")]
    [InlineData("""{"event":"stepCompleted","session":"prod","run":1}""")]
    [InlineData("""{"event":"stepCompleted","run":1,"step":"logs/posts@blue:backfill"}""")]
    [InlineData("""{"event":"invented","session":"prod","by":"ann"}""")]
    [InlineData("""{"event":null,"session":"prod","by":"ann"}""")]
    [InlineData("""{"event":1,"session":"prod","by":"ann"}""")]
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

    /// <summary>Parts that were kept unread say the same as those at hand.</summary>
    [Fact]
    public void Equals_WhatWasWritten_IsTheSameWhenRead()
    {
        StepReport report = new(ImmutableSortedDictionary<string, long>.Empty.Add("rejected", 3), ["3 rejected"]);
        StepOutputs outputs = new([new OutputPart("written", "posts", Digest)], """{"accepted":4}""");
        Assert.All<LedgerEvent>(
            [new WorkloadAdjusted("prod", 1, Step, Inputs), new StepReported("prod", 1, Step, 1, report, outputs)],
            happened => Assert.Equal(happened, LedgerJson.Read(LedgerJson.Write(happened))));
        Assert.All(
            [
                Inputs with { Version = 3 },
                Inputs with { Parts = [Inputs.Parts[0] with { Value = "5" }] },
                Inputs with { Consumed = [] },
                Inputs with { Fingerprints = Inputs.Fingerprints with { Process = Fingerprint.Of("other") } },
            ],
            other => Assert.NotEqual(Inputs, other));
        Assert.All([report with { Lines = [] }, report with { Numbers = report.Numbers.SetItem("rejected", 4) }], other => Assert.NotEqual(report, other));
        Assert.All([outputs with { Parts = [] }, outputs with { Data = "{}" }], other => Assert.NotEqual(outputs, other));
    }

    private static ImmutableArray<string> Lines(string file) => [.. File.ReadLines(Path.Combine(Checkout.Root, "tests", "Portage.Engine.Tests", "Ledger", file))];

    private static void AssertSame(LedgerEvent happened) => Assert.Equal(happened, LedgerJson.Read(LedgerJson.Write(happened)));

    /// <summary>The fields that the serializer would write of a type, and of what it consists of.</summary>
    private static void Know(Type type, SortedSet<string> known, HashSet<Type> visited)
    {
        if (!visited.Add(type))
        {
            return;
        }

        var info = LedgerJson.Default.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type)!;
        foreach (var field in Fields(info))
        {
            known.Add($"{type.Name}.{field.Name}");
            Know(field.PropertyType, known, visited);
        }

        if (info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            Know(element, known, visited);
        }
    }

    private static void See(JsonElement value, Type type, SortedSet<string> seen)
    {
        var info = LedgerJson.Default.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type)!;
        foreach (var field in Fields(info))
        {
            if (value.TryGetProperty(field.Name, out var inner))
            {
                seen.Add($"{type.Name}.{field.Name}");
                See(inner, field.PropertyType, seen);
            }
        }

        if (info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            foreach (var one in value.EnumerateArray())
            {
                See(one, element, seen);
            }
        }
    }

    private static IEnumerable<JsonPropertyInfo> Fields(JsonTypeInfo info) =>
        Nullable.GetUnderlyingType(info.Type) is { } underlying ? Fields(LedgerJson.Default.GetTypeInfo(underlying)!)
        : info.Kind == JsonTypeInfoKind.Object ? info.Properties.Where(property => property.Get is not null)
        : [];
}
