using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Failures;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Validate;

/// <summary>What comparing indices, aliases and templates came to.</summary>
/// <param name="Total">How many were compared.</param>
/// <param name="WhyNot">Why they were not compared; null where they were.</param>
internal sealed record ComparedObjects(ImmutableArray<ObjectDifference> Differences, int Total, string? WhyNot)
{
    /// <summary>How many of them differ; null where nobody knows.</summary>
    public int? Differing { get; init; } = Differences.Where(one => one.Counts).Select(one => one.Object).Distinct().Count();
}

/// <summary>
/// Compares what the target has beside the documents with what the snapshot says and the rules made of it. It only reads: what a target writes
/// into a definition of its own accord is known by the rules, not found out by trying.
/// </summary>
internal sealed class ObjectComparison(RunContext context, SliceOnTarget on, ClusterClient client)
{
    /// <summary>Where all differences are kept, one a line.</summary>
    public const string FileName = "objects.ndjson";

    private const int FormatVersion = 1;

    /// <exception cref="StepException">The snapshot cannot be read.</exception>
    /// <exception cref="ClusterException">The target does not answer, for a reason that passes.</exception>
    public async Task<ComparedObjects> CompareAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        if (on.Slice.Metadata.Skip)
        {
            return new([], 0, "metadata.skip: they are not Portage's") { Differing = 0 };
        }

        try
        {
            var compared = await FindAsync(indices, cancellationToken);
            await WriteAsync(compared.Differences, cancellationToken);
            return compared;
        }
        catch (ClusterException refusal) when (refusal is ClusterUnauthorizedException { Status: 403 } or ClusterRequestException && !Connecting.ClusterAccess.Translate(refusal, "").IsTransient)
        {
            await context.Files.DeleteAsync(FileName, cancellationToken);

            // One who may read documents may not be allowed to see templates. A gate over a number that nobody knows does not open by itself.
            return new([], 0, refusal.Message) { Differing = null };
        }
    }

    private async Task<ComparedObjects> FindAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var can = new ClusterCapabilities((await client.GetInfoAsync(cancellationToken)).Version);
        var snapshot = indices[0].Index.Snapshot;
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var names = indices.SelectMany(index => index.TargetNames.Append(index.Name)).Distinct(StringComparer.Ordinal).ToArray();
        var state = await TargetState.ReadAsync(client, can, cancellationToken);
        var metadata = MetadataOutputs.Find(context.Outputs, on.Step(StepKind.Metadata));

        // What the target refused, it was asked when its objects were made; here it is only read.
        var facts = new TargetFacts(can, await KnownSettingsAsync(names.FirstOrDefault(state.HasIndex), cancellationToken))
        {
            Refused = (metadata?.Refused ?? []).ToImmutableDictionary(one => (one.Setting, one.Value), one => one.Why),
        };
        ImmutableArray<MetadataObject> wanted = [.. SourceObjects.Select(on.Slice.Metadata.Templates, global, names, indices).Translate(facts, snapshot.Version, BackingIndices.Find(snapshot, global), on.Slice.Metadata.Replicas)];
        var sources = indices.ToDictionary(index => index.Name, index => index.Index, StringComparer.Ordinal);
        var left = metadata?.Left.ToHashSet(StringComparer.Ordinal) ?? [];
        var differences = ImmutableArray.CreateBuilder<ObjectDifference>();
        foreach (var one in wanted)
        {
            var its = one.Name.Kind == ObjectKind.Index
                ? await OfIndexAsync(one, sources[one.Source!], state, facts, wanted, cancellationToken)
                : ObjectDifferences.Of(one, state.Find(one.Name), facts);

            // What was there before, and differs, a person has seen in the review, and it was left as it is.
            var isLeft = left.Contains(one.Name.ToString()) || (one.Name.Index is { } index && left.Contains(new ObjectName(ObjectKind.Index, index).ToString()));
            differences.AddRange(its.Select(difference => isLeft ? difference with { Counts = false } : difference));
        }

        return new(differences.ToImmutable(), wanted.Length, null);
    }

    private static async Task<IEnumerable<ObjectDifference>> OfIndexAsync(
        MetadataObject index, Snapshots.Metadata.IndexSnapshot source, TargetState state, TargetFacts facts, ImmutableArray<MetadataObject> wanted, CancellationToken cancellationToken)
    {
        var name = index.Name.Name;
        if (!state.HasIndex(name) || await state.IndexAsync(name, cancellationToken) is not { } there)
        {
            return [new(index.Name, "it is not on the target")];
        }

        var isClosed = state.Summary(name)!.Status == "close";
        var aliases = wanted.Where(alias => alias.Name.Kind == ObjectKind.Alias && alias.Name.Index == name).Select(alias => alias.Name.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. ObjectDifferences.OfIndex(index, source.Settings.Json.ValueKind == JsonValueKind.Object ? JsonObject.Create(source.Settings.Json)! : [], there, facts),
            .. isClosed == source.IsClosed ? [] : (ObjectDifference[])[new(index.Name, $"it is {(isClosed ? "closed" : "open")} on the target, {(source.IsClosed ? "closed" : "open")} in the snapshot", Counts: false)],
            .. (there["aliases"] as JsonObject ?? []).Where(alias => !aliases.Contains(alias.Key)).Select(alias => new ObjectDifference(new(ObjectKind.Alias, alias.Key, name), "it is on the target besides", Counts: false)),
        ];
    }

    /// <summary>The names of the index settings that the target knows; empty where it does not say.</summary>
    private async Task<FrozenDictionary<string, string>> KnownSettingsAsync(string? index, CancellationToken cancellationToken)
    {
        if (index is null)
        {
            return FrozenDictionary<string, string>.Empty;
        }

        var answer = JsonNode.Parse((await client.RequestAsync(HttpMethod.Get, $"/{Uri.EscapeDataString(index)}/_settings?include_defaults=true&flat_settings=true", null, cancellationToken)).Span);
        var defaults = FlatSettings.Of(answer?[index]?["defaults"] as JsonObject).ToDictionary(setting => setting.Key, setting => FlatSettings.Text(setting.Value), StringComparer.Ordinal);
        foreach (var (setting, _) in defaults.Count > 0 ? FlatSettings.Of(answer?[index]?["settings"] as JsonObject) : [])
        {
            defaults.TryAdd(setting, "");
        }

        return defaults.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Replaced whole, so that a run that is repeated leaves it once.</summary>
    private async Task WriteAsync(ImmutableArray<ObjectDifference> differences, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        foreach (var (name, what, counts) in differences)
        {
            using (var json = new Utf8JsonWriter(text))
            {
                json.WriteStartObject();
                json.WriteNumber("formatVersion", FormatVersion);
                json.WriteString("kind", ObjectName.Word(name.Kind, 1));
                json.WriteString("name", name.Name);
                json.WriteString("index", name.Index);
                json.WriteString("difference", what);
                json.WriteBoolean("counts", counts);
                json.WriteEndObject();
            }

            text.WriteByte((byte)'\n');
        }

        if (differences.IsEmpty)
        {
            await context.Files.DeleteAsync(FileName, cancellationToken);
        }
        else
        {
            await context.Files.WriteAsync(FileName, text.ToArray(), cancellationToken);
        }
    }
}
