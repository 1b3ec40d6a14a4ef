using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary><c>_alias</c> and <c>_aliases</c>.</summary>
internal sealed class AliasApi(ClusterState cluster)
{
    private const string WriteParameters = "timeout master_timeout cluster_manager_timeout";

    public IEnumerable<Route> Routes =>
    [
        .. from method in (string[])["GET", "HEAD"]
           from template in (string[])["/_alias", "/_alias/{name}", "/{index}/_alias", "/{index}/_alias/{name}"]
           select new Route(method, template, IndexReading.Parameters, Show),
        new("POST", "/_aliases", WriteParameters, ChangeAll),
        .. from method in (string[])["PUT", "POST"]
           from template in (string[])["/_alias/{name}", "/{index}/_alias/{name}", "/{index}/_aliases/{name}"]
           select new Route(method, template, WriteParameters, Put),
        new("DELETE", "/{index}/_alias/{name}", WriteParameters, Delete),
        new("DELETE", "/{index}/_aliases/{name}", WriteParameters, Delete),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var names = request.Path("name")?.Split(',');
        var indices = cluster.Expressions.Resolve(request);
        var shown = new JsonObject();
        foreach (var (index, _) in indices)
        {
            var aliases = index.Aliases.Where(alias => names is null || names.Any(name => Fits(name, alias.Key))).ToArray();
            if (names is null || aliases.Length > 0)
            {
                shown[index.Name] = new JsonObject
                {
                    ["aliases"] = new JsonObject(aliases.Select(alias => KeyValuePair.Create<string, JsonNode?>(alias.Key, alias.Value.ToJson()))),
                };
            }
        }

        var missing = (names ?? []).Where(name => !IsPattern(name) && !indices.Any(found => found.Index.Aliases.ContainsKey(name))).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length == 0)
        {
            return ApiReply.Json(200, json => shown.WriteTo(json));
        }

        shown.Insert(0, "error", $"alias{(missing.Length > 1 ? "es" : "")} [{string.Join(',', missing)}] missing");
        shown.Insert(1, "status", 404);
        return ApiReply.Json(404, json => shown.WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        if (request.Path("index") is null)
        {
            throw ApiException.IllegalArgument("[indices] can't be empty");
        }

        var definition = AliasDefinition.Read(request.MapBody());
        var indices = cluster.Expressions.Resolve(request, seesAliases: false);
        Apply([.. indices.Select(found => new Change(ChangeKind.Add, found.Index, request.RequiredPath("name"), definition))]);
        return ApiReply.Acknowledged;
    }

    private ApiReply Delete(ApiRequest request)
    {
        var names = request.RequiredPath("name").Split(',');
        Apply([.. Removals(cluster.Expressions.Resolve(request, seesAliases: false), names, mustExist: true)]);
        return ApiReply.Acknowledged;
    }

    private ApiReply ChangeAll(ApiRequest request)
    {
        var actions = request.RequiredJsonBody()["actions"] as JsonArray ?? [];
        if (actions.Count == 0)
        {
            throw ApiException.IllegalArgument("No action specified");
        }

        Apply([.. actions.SelectMany(Read)]);
        return ApiReply.Acknowledged;
    }

    private IEnumerable<Change> Read(JsonNode? node)
    {
        var (kind, value) = node is JsonObject { Count: 1 } action ? action.First() : throw ApiException.IllegalArgument("Expected one action in each object");
        if (kind is not ("add" or "remove" or "remove_index"))
        {
            var cause = new ApiException(400, "x_content_parse_exception", $"[alias_action] unknown field [{kind}]");
            throw new ApiException(400, "x_content_parse_exception", "[aliases] failed to parse field [actions]", cause) { Root = cause };
        }

        var body = value as JsonObject ?? [];
        var names = Names(body, "index", "indices");
        var indices = names.SelectMany(name => cluster.Expressions.Resolve(name, ignoresUnavailable: false, allowsNone: false, seesAliases: false)).ToArray();
        var aliases = Names(body, "alias", "aliases");
        return kind switch
        {
            "add" => from found in indices from alias in aliases select new Change(ChangeKind.Add, found.Index, alias, AliasDefinition.Read(body)),
            "remove_index" => indices.Select(found => new Change(ChangeKind.RemoveIndex, found.Index, "", null)),
            _ => Removals(indices, aliases, mustExist: body["must_exist"]?.ToString() != "false"),
        };
    }

    private static Change[] Removals(IReadOnlyList<ResolvedIndex> indices, IReadOnlyList<string> names, bool mustExist)
    {
        var removals = (from found in indices
                        from alias in found.Index.Aliases.Keys
                        where names.Any(name => Fits(name, alias))
                        select new Change(ChangeKind.Remove, found.Index, alias, null)).ToArray();
        if (removals.Length == 0 && mustExist)
        {
            var missing = string.Join(',', names);
            throw new ApiException(404, "aliases_not_found_exception", $"aliases [{missing}] missing") { Facts = [new("resource.id", missing), new("resource.type", "aliases")] };
        }

        return removals;
    }

    private void Apply(IReadOnlyList<Change> changes)
    {
        var removed = changes.Where(change => change.Kind == ChangeKind.RemoveIndex).Select(change => change.Index.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            cluster.Blocks.CheckMetadata(change.Index);
            if (change.Kind == ChangeKind.Add)
            {
                CheckName(change.Alias, removed);
            }
        }

        foreach (var alias in changes.Where(change => change.Kind == ChangeKind.Add).Select(change => change.Alias).Distinct(StringComparer.Ordinal))
        {
            CheckWriteIndex(alias, changes);
        }

        // Checked as a whole, then done as a whole: aliases never stand half changed.
        foreach (var change in changes)
        {
            switch (change.Kind)
            {
                case ChangeKind.Add:
                    change.Index.Aliases[change.Alias] = change.Definition!;
                    break;
                case ChangeKind.Remove:
                    change.Index.Aliases.Remove(change.Alias);
                    break;
                default:
                    cluster.Indices.Remove(change.Index.Name);
                    break;
            }
        }
    }

    private void CheckName(string alias, HashSet<string> removed)
    {
        IndexNames.CheckAlias(alias);
        if (cluster.Indices.TryGetValue(alias, out var index) && !removed.Contains(alias))
        {
            throw ApiException.OfIndex(400, "invalid_alias_name_exception", $"Invalid alias name [{alias}], an index exists with the same name as the alias", alias, index.Uuid);
        }
    }

    /// <summary>An alias writes to one index at most, as it will be when all of it is done.</summary>
    private void CheckWriteIndex(string alias, IReadOnlyList<Change> changes)
    {
        var writes = cluster.Indices.Values.Where(index => index.Aliases.GetValueOrDefault(alias)?.IsWriteIndex == true).Select(index => index.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var change in changes.Where(change => change.Kind == ChangeKind.RemoveIndex || change.Alias == alias))
        {
            _ = change is { Kind: ChangeKind.Add, Definition.IsWriteIndex: true } ? writes.Add(change.Index.Name) : writes.Remove(change.Index.Name);
        }

        if (writes.Count > 1)
        {
            throw new ApiException(500, "illegal_state_exception", $"alias [{alias}] has more than one write index [{string.Join(',', writes.Order(StringComparer.Ordinal))}]");
        }
    }

    private static IReadOnlyList<string> Names(JsonObject body, string one, string several) =>
        body[several] is JsonArray items ? [.. items.Select(item => item!.ToString())]
        : (body[one] ?? body[several]) is { } single ? [single.ToString()]
        : [];

    private static bool Fits(string name, string alias) => name == "_all" || IndexExpressions.Fits(name, alias);

    private static bool IsPattern(string name) => name == "_all" || name.Contains('*', StringComparison.Ordinal);

    private enum ChangeKind
    {
        Add,
        Remove,
        RemoveIndex,
    }

    private sealed record Change(ChangeKind Kind, SandboxIndex Index, string Alias, AliasDefinition? Definition);
}
