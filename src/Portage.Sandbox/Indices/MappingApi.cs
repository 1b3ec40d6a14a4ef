using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Indices;

/// <summary><c>_mapping</c>.</summary>
internal sealed class MappingApi(ClusterState cluster)
{
    public IEnumerable<Route> Routes =>
    [
        .. from template in (string[])["/_mapping", "/_mappings", "/{index}/_mapping", "/{index}/_mappings"]
           select new Route("GET", template, IndexReading.Parameters, Show),
        .. from template in (string[])["/_mapping/field/{fields}", "/{index}/_mapping/field/{fields}"]
           select new Route("GET", template, IndexReading.Parameters + " include_defaults", ShowFields),
        .. from method in (string[])["PUT", "POST"]
           from template in (string[])["/{index}/_mapping", "/{index}/_mappings"]
           select new Route(method, template, IndexReading.Parameters + " write_index_only", Put),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var indices = cluster.Expressions.Resolve(request);
        return ApiReply.Json(200, json => new JsonObject(indices.Select(found => KeyValuePair.Create<string, JsonNode?>(
            found.Index.Name, new JsonObject { ["mappings"] = found.Index.Mapping.ToJson() }))).WriteTo(json));
    }

    private ApiReply ShowFields(ApiRequest request)
    {
        var patterns = request.RequiredPath("fields").Split(',');
        var indices = cluster.Expressions.Resolve(request);
        return ApiReply.Json(200, json => new JsonObject(indices.Select(found => KeyValuePair.Create<string, JsonNode?>(
            found.Index.Name, new JsonObject { ["mappings"] = FieldsOf(found.Index.Mapping.Root, patterns) }))).WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        var body = request.RequiredMapBody();
        if (body.Count == 1 && body["_doc"] is JsonObject)
        {
            throw ApiException.IllegalArgument("Types cannot be provided in put mapping requests");
        }

        var indices = cluster.Expressions.Resolve(request);
        var merged = new List<(SandboxIndex Index, IndexMapping Mapping)>();

        // All or none: an index that refuses leaves the others alone.
        foreach (var (index, _) in indices)
        {
            cluster.Blocks.CheckMetadata(index);
            merged.Add((index, MappingMerge.Merge(index.Mapping, index.Reader.Read(body))));
        }

        foreach (var (index, mapping) in merged)
        {
            index.SetMapping(mapping);
        }

        return ApiReply.Acknowledged;
    }

    private static JsonObject FieldsOf(FieldMapping root, string[] patterns)
    {
        var json = new JsonObject();
        void Visit(FieldMapping field, string path)
        {
            if (!field.IsObject && patterns.Any(pattern => IndexExpressions.Fits(pattern, path)))
            {
                json[path] = new JsonObject { ["full_name"] = path, ["mapping"] = new JsonObject { [field.Name] = field.ToJson() } };
            }

            foreach (var child in field.Properties.Values.Concat(field.Fields.Values))
            {
                Visit(child, path.Length == 0 ? child.Name : $"{path}.{child.Name}");
            }
        }

        Visit(root, "");
        return json;
    }
}
