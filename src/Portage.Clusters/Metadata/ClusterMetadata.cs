using System.Globalization;
using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Metadata;

/// <summary>Templates, indices and aliases of a cluster, in the same shape whatever its version; definitions are the cluster's own bytes.</summary>
/// <remarks>Every method throws a <see cref="ClusterException"/> when the cluster does not do as asked.</remarks>
public sealed class ClusterMetadata(ClusterClient client)
{
    /// <summary>All templates of a kind, each with its definition alone.</summary>
    public Task<List<NamedJson>> ListTemplatesAsync(TemplateKind kind, CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Get, ClusterPath.Of(Collection(kind)), null, body => Definitions(kind, body), cancellationToken);

    /// <summary>One template's definition; null when there is none of the name.</summary>
    public async Task<NamedJson?> GetTemplateAsync(TemplateKind kind, string name, CancellationToken cancellationToken)
    {
        var found = await client.ReadIfFoundAsync(ClusterPath.Of(Collection(kind), name), body => Definitions(kind, body), cancellationToken);
        return found?.FirstOrDefault(template => template.Name == name);
    }

    /// <summary>Creates or replaces a template.</summary>
    public Task PutTemplateAsync(TemplateKind kind, string name, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of(Collection(kind), name), definition, cancellationToken);

    /// <summary>Deletes a template; false when there was none.</summary>
    public Task<bool> DeleteTemplateAsync(TemplateKind kind, string name, CancellationToken cancellationToken) =>
        client.DeleteIfFoundAsync(ClusterPath.Of(Collection(kind), name), cancellationToken);

    /// <summary>All indices, hidden and closed ones too, by name.</summary>
    public Task<List<IndexSummary>> ListIndicesAsync(CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Get, "/_cat/indices?format=json&bytes=b&h=index,uuid,health,status,pri,rep,docs.count,store.size&s=index&expand_wildcards=all", null, Summaries, cancellationToken);

    /// <summary>The setting that holds an index's own id.</summary>
    public const string UuidSetting = "index.uuid";

    /// <summary>True when there is an index, or an alias, of the name.</summary>
    public async Task<bool> IndexExistsAsync(string index, CancellationToken cancellationToken) =>
        await client.FindAsync(HttpMethod.Head, ClusterPath.Of(index), cancellationToken) is not null;

    /// <summary>An index's own id, which another index of the same name does not have; null when there is none of the name.</summary>
    public async Task<string?> FindUuidAsync(string index, CancellationToken cancellationToken) =>
        (await FindSettingsAsync(index, [UuidSetting], cancellationToken))?[UuidSetting];

    /// <summary>Some of an index's settings, by full name; those that it does not have are left out. Null when there is no index of the name.</summary>
    public Task<Dictionary<string, string>?> FindSettingsAsync(string index, string[] names, CancellationToken cancellationToken) =>
        client.ReadIfFoundAsync(ClusterPath.Of(index, "_settings") + $"/{string.Join(',', names)}?flat_settings=true", body =>
        {
            // Where an index has none of them, it is left out as well.
            using var document = JsonDocument.Parse(body);
            var found = document.RootElement.EnumerateObject().Select(each => each.Value.GetProperty("settings")).FirstOrDefault();
            return found.ValueKind == JsonValueKind.Object ? found.EnumerateObject().ToDictionary(setting => setting.Name, setting => setting.Value.ToString(), StringComparer.Ordinal) : [];
        }, cancellationToken);

    /// <summary>
    /// An index's <c>{"aliases","mappings","settings"}</c>; null when there is none of the name. Up to Elasticsearch 6 the
    /// mappings are below their types. An alias is followed: the name in the result is the index's own.
    /// </summary>
    public async Task<NamedJson?> GetIndexAsync(string index, CancellationToken cancellationToken)
    {
        var found = await client.ReadIfFoundAsync(ClusterPath.Of(index), JsonSlices.Properties, cancellationToken);
        return found?.FirstOrDefault();
    }

    /// <summary>Several indices at once, as <see cref="GetIndexAsync"/>; the expression is the cluster's own (<c>logs-*,-logs-old</c>).</summary>
    public Task<List<NamedJson>> GetIndicesAsync(string expression, CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Get, ClusterPath.Of(expression) + "?expand_wildcards=all&allow_no_indices=true", null, JsonSlices.Properties, cancellationToken);

    /// <summary>Creates an index; false when there is one of the name already, which is left as it is.</summary>
    /// <param name="definition"><c>{"aliases","mappings","settings"}</c>.</param>
    public async Task<bool> CreateIndexAsync(string index, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken)
    {
        try
        {
            await client.RequestAsync(HttpMethod.Put, ClusterPath.Of(index), definition, cancellationToken);
            return true;
        }
        catch (ClusterRequestException e) when (e.ErrorType is "resource_already_exists_exception" or "index_already_exists_exception")
        {
            // The second name is that of Elasticsearch 5.
            return false;
        }
    }

    /// <summary>Changes an index's settings.</summary>
    /// <param name="settings">As <c>{"index.refresh_interval":"-1"}</c>.</param>
    public Task PutSettingsAsync(string index, ReadOnlyMemory<byte> settings, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of(index, "_settings"), settings, cancellationToken);

    /// <summary>Adds to an index's mapping; a cluster without mapping types refuses what it cannot add to what is there.</summary>
    /// <param name="mapping">As <c>{"properties":{…}}</c>.</param>
    public Task PutMappingAsync(string index, ReadOnlyMemory<byte> mapping, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of(index, "_mapping"), mapping, cancellationToken);

    /// <summary>Deletes an index; false when there was none. An alias of the name is refused by the cluster.</summary>
    public Task<bool> DeleteIndexAsync(string index, CancellationToken cancellationToken) =>
        client.DeleteIfFoundAsync(ClusterPath.Of(index), cancellationToken);

    /// <summary>The aliases of all indices, by index: <c>{"alias":{…}}</c> each.</summary>
    public Task<List<NamedJson>> ListAliasesAsync(CancellationToken cancellationToken) =>
        client.ReadAsync(
            HttpMethod.Get, "/_alias", null,
            body => JsonSlices.Properties(body).ConvertAll(index => index with { Json = JsonSlices.Property(index.Json, "aliases"u8) ?? "{}"u8.ToArray() }),
            cancellationToken);

    /// <summary>Creates or replaces an alias of one index.</summary>
    /// <param name="definition">As <c>{"filter":…,"routing":…,"is_write_index":…}</c>; <c>{}</c> for a plain one.</param>
    public Task PutAliasAsync(string index, string alias, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of(index, "_alias", alias), definition, cancellationToken);

    /// <summary>Takes an alias from one index; false when it had none of the name.</summary>
    public Task<bool> DeleteAliasAsync(string index, string alias, CancellationToken cancellationToken) =>
        client.DeleteIfFoundAsync(ClusterPath.Of(index, "_alias", alias), cancellationToken);

    /// <summary>Several alias changes that take effect together.</summary>
    /// <param name="actions"><c>{"actions":[{"add":{…}},{"remove":{…}}]}</c>.</param>
    public Task UpdateAliasesAsync(ReadOnlyMemory<byte> actions, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Post, "/_aliases", actions, cancellationToken);

    private static string Collection(TemplateKind kind) => kind switch
    {
        TemplateKind.Legacy => "_template",
        TemplateKind.Component => "_component_template",
        _ => "_index_template",
    };

    // Legacy: {"name":{…}}. The others: {"component_templates":[{"name":…,"component_template":{…}}]}.
    private static List<NamedJson> Definitions(TemplateKind kind, ReadOnlyMemory<byte> body)
    {
        if (kind == TemplateKind.Legacy)
        {
            return JsonSlices.Properties(body);
        }

        var (list, definition) = kind == TemplateKind.Component ? ("component_templates", "component_template") : ("index_templates", "index_template");
        var entries = JsonSlices.Properties(body).Find(property => property.Name == list) ?? throw new JsonException($"There is no '{list}'.");
        return JsonSlices.Elements(entries.Json).ConvertAll(entry =>
        {
            var properties = JsonSlices.Properties(entry).ToDictionary(property => property.Name, property => property.Json, StringComparer.Ordinal);
            return new NamedJson(JsonSerializer.Deserialize(properties["name"].Span, NameJson.Default.String)!, properties[definition]);
        });
    }

    private static List<IndexSummary> Summaries(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.EnumerateArray().Select(line => new IndexSummary(
            Text(line, "index")!, Text(line, "uuid") ?? "", Text(line, "health") ?? "", Text(line, "status") ?? "",
            (int)(Number(line, "pri") ?? 0), (int)(Number(line, "rep") ?? 0), Number(line, "docs.count"), Number(line, "store.size")))];
    }

    private static string? Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // The cat APIs write numbers as texts.
    private static long? Number(JsonElement line, string name) =>
        long.TryParse(Text(line, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
