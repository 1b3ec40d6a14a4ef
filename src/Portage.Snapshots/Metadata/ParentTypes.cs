using System.Text.Json;

namespace Portage.Snapshots.Metadata;

/// <summary>The types of an index whose documents have a parent of another type (<c>_parent</c>, up to Elasticsearch 5.x).</summary>
/// <remarks>
/// Elasticsearch up to 2.x stores a parent's id, and it is read. Elasticsearch 5.x stores a parent's id in doc values only (<c>_parent#type</c>), which are not read here. It also makes it the
/// routing value unless another one is given, and that is stored. So the routing of a child is taken for its parent, and
/// <see cref="Note"/> says so. A grandchild is routed by its grandparent: its parent stays unknown.
/// </remarks>
public sealed class ParentTypes
{
    private readonly Dictionary<string, string> _parents;

    private readonly bool _areStored;

    private ParentTypes(Dictionary<string, string> parents, bool areStored) => (_parents, _areStored) = (parents, areStored);

    /// <summary>The parent's type by the child's type; empty for nearly every index.</summary>
    public IReadOnlyDictionary<string, string> ByChild => _parents;

    /// <summary>What may be wrong or missing about the parents of the documents, in one sentence; null where there are none.</summary>
    public string? Note
    {
        get
        {
            var unknown = _parents.Keys.Where(child => !RoutingIsParent(child)).Order(StringComparer.Ordinal).ToList();
            return (_parents.Count, unknown.Count) switch
            {
                (0, _) => null,
                _ when _areStored => null,
                (_, 0) => "Parents are taken from the routing values, which are theirs unless documents were indexed with both 'parent' and 'routing'.",
                _ => $"The parents of documents of type '{string.Join("', '", unknown)}' are not read: they are routed by their grandparents.",
            };
        }
    }

    /// <summary>True for a type with a parent type that has no parents itself.</summary>
    internal bool RoutingIsParent(string type) => _parents.TryGetValue(type, out var parent) && !_parents.ContainsKey(parent);

    /// <param name="areStored">True where every document was written by a version that stores the parent.</param>
    internal static ParentTypes Of(IReadOnlyList<TypeMapping> mappings, bool areStored)
    {
        var parents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mapping in mappings)
        {
            if (mapping.Body.TryGetProperty("_parent", out var parent)
                && parent.ValueKind == JsonValueKind.Object
                && parent.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String)
            {
                parents[mapping.Type] = type.GetString()!;
            }
        }

        return new(parents, areStored);
    }
}
