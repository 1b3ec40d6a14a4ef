using System.Text.Json.Nodes;
using CsCheck;
using Portage.Configuration;
using Portage.Configuration.Editing;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Clusters;
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

    [Fact]
    public void Plan_WhatIsRedone_IsWhatDiffersAndWhatRestsOnIt() => Gen.Select(Choices, Choices, Situations).Sample((was, now, situation) =>
    {
        var recorded = Recorded(was, situation);
        var config = Read(now);
        var wanted = StepCatalog.Planner.Wanted(config);
        var plan = StepCatalog.Planner.Plan(config, recorded).Plan.Changes.ToDictionary(change => change.Address);
        var expected = new Dictionary<StepAddress, string>();
        foreach (var step in wanted)
        {
            expected[step.Address] = Expected(step, recorded, expected);
            var change = plan[step.Address];
            Assert.Equal($"{step.Address} {expected[step.Address]}", $"{change.Address} {change.Word}{(change is StepChange.Redo { Conditional: true } ? "?" : "")}");
            Assert.Equal(change is not (StepChange.Keep or StepChange.Create), change.Because.Length > 0);
        }
    });

    [Fact]
    public void Plan_ThatIsBlocked_IsNotWhenTheOldConfigurationIsBack() => Gen.Select(Choices, Choices).Sample((was, now) =>
    {
        var recorded = CarriedOut.Of(Read(was));
        var (plan, diagnostics) = StepCatalog.Planner.Plan(Read(now), recorded);
        Assert.Equal(plan.Blocks.Any(), diagnostics.Length > 0);
        Assert.Equal(diagnostics.Length, diagnostics.Select(diagnostic => diagnostic.Path).Distinct().Count());
        Assert.Empty(StepCatalog.Planner.Plan(Read(was), recorded).Diagnostics);
    });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>The rules of docs/what-if.md, said a second time.</summary>
    private static string Expected(WantedStep step, Dictionary<StepAddress, RecordedStep> recorded, Dictionary<StepAddress, string> upstream)
    {
        if (!recorded.TryGetValue(step.Address, out var had) || had.State == RecordedState.Absent)
        {
            return "create";
        }

        var before = had.Inputs.Parts.Where(part => !part.IsDefault && part.Affects == Affects.Result).Select(part => (part.Key, part.Value, part.Change)).ToHashSet();
        var after = step.Inputs.Where(part => !part.IsDefault && part.Affects == Affects.Result).Select(part => (part.Key, part.Value, part.Change)).ToHashSet();
        before.SymmetricExceptWith(after);
        var isComplete = had.State == RecordedState.Complete;
        if (isComplete && before.Any(field => field.Change == Change.Never))
        {
            return "block";
        }

        var resting = step.Edges.Where(edge => edge.RestsOn).ToArray();
        var isDisturbed = resting.Any(edge => recorded.TryGetValue(edge.Upstream, out var under) && under.TakenBackAt > had.EffectsSince);
        var selected = step.Edges.Where(edge => edge.Group is not null && upstream[edge.Upstream] == "keep").ToArray();
        var isOther = selected.Any(edge => Selected(edge, recorded[edge.Upstream]) != had.Inputs.Consumed.Single(output => output.Group == edge.Group).Digest);
        var isEarly = step.Edges.Any(edge => edge.LooksAt && (upstream[edge.Upstream] == "create" || (recorded.TryGetValue(edge.Upstream, out var looked) && looked.EffectsSince > had.EffectsSince)));
        if (before.Count > 0 || isDisturbed || isOther || isEarly || resting.Any(edge => upstream[edge.Upstream] == "redo"))
        {
            return "redo";
        }

        var isOpen = step.Edges.Any(edge => edge.Group is not null && upstream[edge.Upstream] is "create" or "adopt" or "redo" or "redo?") && isComplete;
        return isOpen || resting.Any(edge => upstream[edge.Upstream] == "redo?") ? "redo?" : isComplete ? "keep" : "adopt";
    }

    private static Fingerprint Selected(InputEdge edge, RecordedStep upstream)
    {
        var names = upstream.Outputs
            .Where(part => part.Group == edge.Group && edge.Include.Any(pattern => new IndexPattern(pattern).Matches(part.Name)) && !edge.Exclude.Any(pattern => new IndexPattern(pattern).Matches(part.Name)))
            .OrderBy(part => part.Name, StringComparer.Ordinal)
            .Select(part => $"{part.Name}\n{part.Digest.Hex}\n");
        return Fingerprint.Of(string.Concat(names));
    }

    /// <summary>Another value that the field may have, as JSON; null for fields that others refer to or that have no other.</summary>
    private static string? OtherValue(FieldValue field) => field.Path.Split('.')[^1] switch
    {
        "workers" or "connections" => field.Json == "7" ? "8" : "7",
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
