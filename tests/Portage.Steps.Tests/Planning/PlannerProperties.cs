using System.Text.Json.Nodes;
using CsCheck;
using Portage.Configuration;
using Portage.Configuration.Editing;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Steps.Tests.Planning;

/// <summary>What holds for every plan, whatever was configured, carried out and edited.</summary>
public sealed class PlannerProperties
{
    private static readonly Gen<SliceChoice> Slices = Gen.Select(
        OneOf("posts", "users", "comments"),
        Gen.Int[1, 3],
        Gen.Bool,
        Gen.Int[0, 2],
        Gen.Int[0, 5],
        Gen.Bool,
        Gen.Bool,
        (index, workers, overwrites, replicas, skips, counts, prefixes) => new SliceChoice(index, workers, overwrites, replicas, skips == 0, skips == 1, skips == 2, counts, prefixes && skips == 5));

    private static readonly Gen<Choice> Choices = Gen.Select(
        Gen.Int[1, 2],
        OneOf("nightly", "nightly", "nightly", "weekly"),
        OneOf("blue-admin", "blue-2027"),
        Slices.Array[1, 3],
        (targets, snapshot, secret, slices) => new Choice(targets, snapshot, secret, slices));

    private static readonly Gen<(string Address, string State)> Situations = Gen.Select(OneOf("", "logs/main:snapshot", "logs/s0@t0:backfill", "logs/s1@t0:validate", "logs/s0@t0:metadata"), OneOf("absent", "begun", "takenback", "other"));

    [Fact]
    public void Plan_Again_IsTheSameWhateverTheOrderOfTheKeys() => Gen.Select(Choices, Choices, Situations, Gen.Int[0, 1000]).Sample((was, now, situation, seed) =>
    {
        var recorded = Recorded(was, situation);
        var plan = StepCatalog.Planner.Plan(Read(now), recorded).Plan;
        var random = new Random(seed);
        var shuffled = StepCatalog.Planner.Plan(Read(Shuffled(Json(now), random).ToJsonString()), recorded.OrderBy(_ => random.Next()).ToDictionary()).Plan;
        Assert.Equal(Text(plan), Text(shuffled));
        Assert.Equal(plan.Hash, shuffled.Hash);
    });

    [Fact]
    public void Plan_OfWhatWasCarriedOut_KeepsAll() => Choices.Sample(choice =>
    {
        var plan = StepCatalog.Planner.Plan(Read(choice), CarriedOut.Of(Read(choice))).Plan;
        Assert.True(plan.IsEmpty);
        Assert.All(plan.Changes, change => Assert.IsType<StepChange.Keep>(change));
    });

    [Fact]
    public void Plan_AfterAnEditAndItsInverse_KeepsAll() => Gen.Select(Choices, Gen.Int[0, 10_000], Gen.Bool).Sample((choice, which, isCarriedOut) =>
    {
        var canonical = Canonical(Json(choice).ToJsonString());
        var fields = FieldWalker.Walk(ConfigurationReader.ReadCanonical(canonical).Config!, "").Where(field => OtherValue(field) is not null).ToArray();
        var field = fields[which % fields.Length];
        var edited = ConfigurationEditor.Update(canonical, field.Path, OtherValue(field)!);
        Assert.True(edited.Config is not null, $"{field.Path}: {string.Join('\n', edited.Diagnostics)}");
        var inverse = ConfigurationEditor.Update(edited.Canonical!, field.Path, field.Json);
        Assert.Equal(canonical, inverse.Canonical);

        // Where the edit was about speed or approvals, it may even have been carried out meanwhile.
        var between = isCarriedOut && field.Affects != Affects.Result ? edited.Config : ConfigurationReader.ReadCanonical(canonical).Config!;
        var plan = StepCatalog.Planner.Plan(inverse.Config!, CarriedOut.Of(between)).Plan;
        if (!isCarriedOut || !field.Path.EndsWith(".skip", StringComparison.Ordinal))
        {
            Assert.All(plan.Changes, change => Assert.True(change is StepChange.Keep, $"{field.Path} makes {change.Word} {change.Address}"));
        }
    });

    /// <summary>Equal hashes spare the comparison of fields, so they must never hide a difference.</summary>
    [Fact]
    public void Between_ByHashes_SaysWhatTheFieldsSay() => Gen.Select(Choices, Choices).Sample((was, now) =>
    {
        var begun = CarriedOut.Of(Read(was));
        foreach (var step in StepCatalog.Planner.Wanted(Read(now)).Where(step => begun.ContainsKey(step.Address)))
        {
            var had = begun[step.Address].Inputs;
            Assert.Equal(
                InputDifferences.Between(had.Parts, step.Inputs).Select(difference => difference.ToString()),
                InputDifferences.Between(had, step).Select(difference => difference.ToString()));
        }
    });

    /// <summary>Relations between what differs and what is planned; each says only what must never be otherwise.</summary>
    [Fact]
    public void Plan_AfterAnyEdit_DoesWhatDiffersAndNoMore() => Gen.Select(Choices, Choices, Situations).Sample((was, now, situation) =>
    {
        var recorded = Recorded(was, situation);
        var plan = StepCatalog.Planner.Plan(Read(now), recorded).Plan;
        var changes = plan.Changes.ToDictionary(change => change.Address);
        foreach (var step in plan.Steps.Values)
        {
            var change = changes[step.Address];
            if (!recorded.TryGetValue(step.Address, out var had) || had.State == RecordedState.Absent)
            {
                Assert.IsType<StepChange.Create>(change);
                continue;
            }

            var differing = InputDifferences.Between(had.Inputs.Parts, step.Inputs).Where(field => field.Affects == Affects.Result).ToArray();
            var inPlace = differing.Where(field => step.Inputs.Any(part => part.InPlace && part.Key == field.Key)).ToArray();
            var selection = differing.Where(field => field.Key.StartsWith("slice.indices", StringComparison.Ordinal)).ToArray();
            if (differing.Length > inPlace.Length + selection.Length)
            {
                Assert.True(change is StepChange.Block or StepChange.Redo { Conditional: false }, $"{change.Word} {change.Address} though {differing[0].Reason.Text}");
            }

            if (inPlace.Length > 0)
            {
                Assert.True(change is not (StepChange.Keep or StepChange.Adopt), $"{change.Word} {change.Address} though {inPlace[0].Reason.Text}");
            }

            // Nothing differs, here or before it: nothing is done.
            if (differing.Length == 0 && step.Edges.All(edge => changes[edge.Upstream] is StepChange.Keep) && situation.State is "begun" or "")
            {
                Assert.True(change is StepChange.Keep or StepChange.Adopt, $"{change.Word} {change.Address} though nothing differs");
            }

            Assert.True(change.Because.Length > 0 || change is StepChange.Keep or StepChange.Create, $"{change.Word} {change.Address} has no reason");
            Assert.All(change.Redone.IsDefault ? [] : change.Redone, item => Assert.DoesNotContain(item, change.Left));
        }
    });

    /// <summary>What is destroyed is asked for: no change that may take work back from a target is without the mark that makes somebody look.</summary>
    [Fact]
    public void Plan_WhateverTakesWorkBack_MayDestroy() => Gen.Select(Choices, Choices, Situations).Sample((was, now, situation) =>
    {
        var recorded = Recorded(was, situation);
        var plan = StepCatalog.Planner.Plan(Read(now), recorded).Plan;
        Assert.All(
            plan.Changes.Where(change => change is StepChange.Redo && recorded[change.Address].EffectsSince is not null && StepCatalog.Planner.WritesToTarget(change.Address.Kind)),
            change => Assert.True(change.MayDestroy, $"{change.Address} is redone and nobody looks"));
    });

    [Fact]
    public void Plan_ThatIsBlocked_IsNotWhenTheOldConfigurationIsBack() => Gen.Select(Choices, Choices).Sample((was, now) =>
    {
        var recorded = CarriedOut.Of(Read(was));
        var (plan, diagnostics) = StepCatalog.Planner.Plan(Read(now), recorded);
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).ToArray();
        Assert.Equal(plan.Blocks.Any(), errors.Length > 0);
        var fields = errors.Where(error => error.Code == DiagnosticCatalog.PlanIsBlocked.Code).ToArray();
        Assert.Equal(fields.Length, fields.Select(diagnostic => diagnostic.Path).Distinct().Count());

        // A warning is about a step that changes in place what a step that left the configuration has written into.
        Assert.All(diagnostics.Except(errors), warning => Assert.Equal(DiagnosticCatalog.LeftWorkInTheWay.Code, warning.Code));
        Assert.All(plan.Changes.Where(change => change.Spares.Length > 0), change => Assert.All(change.Spares, left => Assert.Contains(plan.Changes, other => other is StepChange.Collect && other.Address == left.Step)));
        Assert.Empty(StepCatalog.Planner.Plan(Read(was), recorded).Diagnostics);
    });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Another value that the field may have, as JSON; null for fields that others refer to or that have no other.</summary>
    private static string? OtherValue(FieldValue field) => field.Path.Split('.')[^1] switch
    {
        "workers" or "connections" when field.Json != "null" => field.Json == "7" ? "8" : "7",
        "replicas" when field.Json != "null" => "5",
        "operationCountMax" => "77",
        "conflict" => field.Json == "\"overwrite\"" ? "keepExisting" : "overwrite",
        "mode" => field.Json == "\"full\"" ? "counts" : "full",
        "types" => field.Json == "\"refuse\"" ? "prefixIds" : "refuse",
        "approve" => field.Json == "\"manual\"" ? "none" : "manual",
        "skip" or "allowInsecure" => field.Json == "true" ? "false" : "true",
        "secret" => "another",
        "path" => "/elsewhere",
        "endpoint" => "https://elsewhere.example:9200",
        "existing" when field.Json != "null" => "another",
        "include" => "[nothing]",
        _ => null,
    };

    private static Dictionary<StepAddress, RecordedStep> Recorded(Choice choice, (string Address, string State) situation)
    {
        var recorded = CarriedOut.Of(Read(choice));
        if (StepAddress.TryParse(situation.Address, out var address) && recorded.TryGetValue(address, out var step))
        {
            recorded[address] = situation.State switch
            {
                "absent" => step with { State = RecordedState.Absent, Outputs = [], EffectsSince = null },
                "begun" => step with { State = RecordedState.Begun, Outputs = [] },
                "takenback" => step with { TakenBackAt = 100, EffectsSince = 101 },
                _ => step with { Outputs = CarriedOut.Outputs(address, static index => index == "posts" ? "otherwise" : "as it was") },
            };
        }

        return recorded;
    }

    private static string Text(Plan plan) => string.Concat(plan.Changes.Select(change => $"{change.Word} {change.Address} {string.Join("; ", change.Because.Select(reason => reason.Text))}\n"));

    private static MigrationConfig Read(Choice choice) => Read(Json(choice).ToJsonString());

    private static MigrationConfig Read(string text) => ConfigurationReader.ReadCanonical(Canonical(text)).Config!;

    private static string Canonical(string text)
    {
        var read = ConfigurationReader.Read(text, "generated.json");
        Assert.True(read.Canonical is not null, $"{text}\n{string.Join('\n', read.Diagnostics)}");
        return read.Canonical!;
    }

    private static JsonObject Json(Choice choice)
    {
        var targets = new JsonObject();
        for (var i = 0; i < choice.Targets; i++)
        {
            targets[$"t{i}"] = new JsonObject { ["endpoint"] = $"https://t{i}.example:9200", ["auth"] = new JsonObject { ["basic"] = new JsonObject { ["secret"] = choice.Secret } } };
        }

        var slices = new JsonObject();
        foreach (var slice in choice.Slices.DistinctBy(slice => slice.Index))
        {
            slices[$"s{slices.Count}"] = new JsonObject
            {
                ["indices"] = new JsonObject { ["include"] = new JsonArray(slice.Index) },
                ["types"] = slice.Prefixes ? "prefixIds" : "refuse",
                ["metadata"] = new JsonObject { ["skip"] = slice.SkipsMetadata, ["replicas"] = slice.Replicas == 0 ? null : slice.Replicas },
                ["backfill"] = new JsonObject { ["skip"] = slice.SkipsBackfill, ["workers"] = slice.Workers, ["conflict"] = slice.Overwrites ? "overwrite" : "keepExisting" },
                ["validate"] = new JsonObject { ["skip"] = slice.SkipsValidate, ["mode"] = slice.Counts ? "counts" : "full" },
            };
        }

        return new JsonObject
        {
            ["targets"] = targets,
            ["migrations"] = new JsonObject
            {
                ["logs"] = new JsonObject
                {
                    ["snapshots"] = new JsonObject { ["main"] = new JsonObject { ["repository"] = new JsonObject { ["file"] = new JsonObject { ["path"] = "/mnt/snapshots" } }, ["existing"] = choice.Snapshot } },
                    ["slices"] = slices,
                },
            },
        };
    }

    private static JsonNode Shuffled(JsonNode node, Random random) => node is JsonObject map
        ? new JsonObject(map.OrderBy(_ => random.Next()).Select(entry => KeyValuePair.Create(entry.Key, entry.Value is null ? null : Shuffled(entry.Value, random))))
        : node.DeepClone();

    private sealed record SliceChoice(string Index, int Workers, bool Overwrites, int Replicas, bool SkipsMetadata, bool SkipsBackfill, bool SkipsValidate, bool Counts, bool Prefixes);

    private sealed record Choice(int Targets, string Snapshot, string Secret, SliceChoice[] Slices);
}
