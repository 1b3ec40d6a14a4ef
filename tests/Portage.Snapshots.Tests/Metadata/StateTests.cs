using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Snapshots.Metadata;

namespace Portage.Snapshots.Tests.Metadata;

/// <summary>Settings, mappings, aliases, templates and pipelines against what the server's API said just before the snapshot.</summary>
public sealed class StateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Servers => ["es-1.7.1", "es-2.4.0", "es-5.6.16", "es-6.8.9", "es-7.10.2", "es-7.17.29", "es-8.19.21", "os-1.3.13", "os-2.19.1", "os-3.8.0", "mixed"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OpenIndexAsync_EveryIndex_HasTheStateOfTheServer(string server)
    {
        var made = new Made(server);
        var repository = await made.OpenAsync();
        var compared = 0;
        foreach (var name in made.GoldenSnapshots)
        {
            var snapshot = await repository.OpenSnapshotAsync(name, Cancelled);
            var state = made.State(name).GetProperty("indices");
            Assert.Equal(state.EnumerateObject().Select(index => index.Name).Order(StringComparer.Ordinal), snapshot.IndexNames);
            await foreach (var index in snapshot.OpenIndicesAsync(_ => true, Cancelled))
            {
                var expected = state.GetProperty(index.Name);
                AssertSame(expected.GetProperty("settings"), Nest(index.Settings.Json), $"{name}/{index.Name} settings");
                AssertSame(expected.GetProperty("mappings"), RestMappings(index.Mappings, index.VersionCreated is { IsOpenSearch: false, Major: < 7 }), $"{name}/{index.Name} mappings");
                AssertSame(expected.GetProperty("aliases"), new JsonObject(index.Aliases.Select(alias => KeyValuePair.Create(alias.Key, Node(alias.Value)))), $"{name}/{index.Name} aliases");
                Assert.Equal(expected.GetProperty("settings").GetProperty("index").GetProperty("uuid").GetString(), index.Uuid);
                compared++;
            }
        }

        Assert.True(compared >= 30);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task ReadGlobalMetadataAsync_EverySnapshot_HasTheTemplatesOfTheServer(string server)
    {
        var made = new Made(server);
        var repository = await made.OpenAsync();
        foreach (var name in made.GoldenSnapshots)
        {
            var state = made.State(name);
            var snapshot = await repository.OpenSnapshotAsync(name, Cancelled);
            var global = await snapshot.ReadGlobalMetadataAsync(Cancelled);

            var legacy = Objects(state, "templates");
            Assert.Equal(legacy.Keys.Order(), global.LegacyTemplates.Keys.Order());
            foreach (var (template, expected) in legacy)
            {
                var actual = global.LegacyTemplates[template];
                Assert.Equal(expected.GetProperty("order").GetInt32(), actual.Order);
                Assert.Equal(
                    expected.TryGetProperty("index_patterns", out var patterns) ? patterns.EnumerateArray().Select(pattern => pattern.GetString()) : [expected.GetProperty("template").GetString()],
                    actual.Patterns);
                AssertSame(expected.GetProperty("mappings"), RestMappings(actual.Mappings, snapshot.Version is { IsOpenSearch: false, Major: < 7 }), template);
                AssertSame(expected.GetProperty("settings"), Node(actual.Settings), template);
                AssertSame(expected.GetProperty("aliases"), Node(actual.Aliases), template);
            }

            AssertSame(Named(state, "component_templates", "component_template"), global.ComponentTemplates);
            AssertSame(Named(state, "index_templates", "index_template"), global.IndexTemplates);
            foreach (var (pipeline, expected) in Objects(state, "pipelines"))
            {
                AssertSame(expected, Node(global.Pipelines[pipeline]), pipeline);
            }

            Assert.Equal(snapshot.DataStreams, global.DataStreams.Keys.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task ReadGlobalMetadataAsync_SnapshotWithoutGlobalState_IsEmpty(string server)
    {
        var made = new Made(server);
        var repository = await made.OpenAsync();
        foreach (var entry in repository.Snapshots.Where(entry => entry.Name.EndsWith("just-logs", StringComparison.Ordinal)))
        {
            var snapshot = await repository.OpenSnapshotAsync(entry.Name, Cancelled);
            Assert.NotEqual(true, snapshot.IncludeGlobalState);
            var global = await snapshot.ReadGlobalMetadataAsync(Cancelled);
            Assert.Empty(global.LegacyTemplates);
            Assert.Empty(global.IndexTemplates);
            Assert.Empty(global.Pipelines);
        }
    }

    [Theory]
    [InlineData("es-5.6.16", "nosource", SourceCoverage.None, "_source.enabled of type 'log' is false")]
    [InlineData("es-7.10.2", "nosource", SourceCoverage.None, "_source.enabled is false")]
    [InlineData("es-7.10.2", "excluded", SourceCoverage.Part, "_source.excludes is [\"secret\",\"deep.hidden\"]")]
    [InlineData("es-7.10.2", "logs", SourceCoverage.Whole, null)]
    [InlineData("es-8.19.21", "disabled", SourceCoverage.None, "index.mapping.source.mode is disabled")]
    [InlineData("es-8.19.21", "synthetic", SourceCoverage.None, "index.mapping.source.mode is synthetic, and it cannot be put together: bin is binary, flat is flattened, kids is nested, nanos is date_nanos, range is integer_range, vec is dense_vector")]
    [InlineData("es-8.19.21", "synthetic-mapping", SourceCoverage.Rebuilt, "_source.mode is synthetic")]
    [InlineData("es-8.19.21", "logsdb", SourceCoverage.Rebuilt, "index.mode logsdb has synthetic sources")]
    [InlineData("es-8.19.21", "metrics", SourceCoverage.Rebuilt, "index.mode time_series has synthetic sources")]
    [InlineData("es-8.19.21", "logsdb-stored", SourceCoverage.Whole, null)]
    [InlineData("os-3.8.0", "derived", SourceCoverage.Rebuilt, "index.derived_source.enabled is true")]
    public async Task SourceStorage_EachKind_SaysWhy(string server, string index, SourceCoverage coverage, string? reason)
    {
        var made = new Made(server);
        var snapshot = await (await made.OpenAsync()).OpenSnapshotAsync("first", Cancelled);
        var storage = (await snapshot.OpenIndexAsync(index, Cancelled)).SourceStorage;
        Assert.Equal((coverage, reason), (storage.Coverage, storage.Reason));
    }

    private static void AssertSame(Dictionary<string, JsonElement> expected, IReadOnlyDictionary<string, ComposableTemplate> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, template) in expected)
        {
            AssertSame(template, Node(actual[name].Json), name);
        }
    }

    private static void AssertSame(JsonElement expected, JsonNode? actual, string what) =>
        Assert.True(JsonNode.DeepEquals(Node(expected), actual), $"{what}: expected {expected.GetRawText()}, found {actual?.ToJsonString()}");

    // GET index: {type: mapping} with types, the mapping itself without.
    private static JsonNode RestMappings(IReadOnlyList<TypeMapping> mappings, bool typed) =>
        typed || mappings.Count == 0
            ? new JsonObject(mappings.Select(mapping => KeyValuePair.Create(mapping.Type, Node(mapping.Body))))
            : Node(Assert.Single(mappings).Body)!;

    private static JsonObject Nest(JsonElement flat)
    {
        var root = new JsonObject();
        foreach (var setting in flat.EnumerateObject())
        {
            var parts = setting.Name.Split('.');
            var parent = root;
            var at = 0;
            for (; at < parts.Length - 1; at++)
            {
                if (parent[parts[at]] is JsonValue)
                {
                    // "codec" and "codec.compression_level": the API keeps the rest of such a name flat.
                    break;
                }

                parent = (JsonObject)(parent[parts[at]] ??= new JsonObject());
            }

            parent[string.Join('.', parts[at..])] = Node(setting.Value);
        }

        return root;
    }

    private static Dictionary<string, JsonElement> Objects(JsonElement state, string name) =>
        state.TryGetProperty(name, out var objects) ? objects.EnumerateObject().ToDictionary(one => one.Name, one => one.Value) : [];

    private static Dictionary<string, JsonElement> Named(JsonElement state, string list, string member) =>
        state.TryGetProperty(list, out var named)
            ? named.GetProperty(list).EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty(member))
            : [];

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
