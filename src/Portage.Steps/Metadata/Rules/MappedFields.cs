using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>The fields of a mapping by their paths, to be moved about. Where <c>subobjects</c> is off, names have dots in them.</summary>
internal sealed class MappedFields(JsonObject mapping)
{
    private const string Properties = "properties";

    /// <summary>A field that is mapped.</summary>
    /// <param name="Fields">The object that has it under its name.</param>
    /// <param name="At">Which of them it is.</param>
    public sealed record Place(JsonObject Fields, string Name, JsonObject Json, int At)
    {
        /// <summary>Takes it out.</summary>
        public void Take() => Fields.Remove(Name);
    }

    /// <summary>The field of a path; null where it is not mapped.</summary>
    public Place? Find(string path) => Find(mapping[Properties] as JsonObject, path);

    /// <summary>Maps a field; objects on the way are made.</summary>
    /// <param name="at">Its place among its new neighbours, where it has so many.</param>
    /// <returns>What is in the way, a field that has none below it; null where it is done.</returns>
    public string? Put(string path, JsonObject field, int at)
    {
        var (at1, rest, way) = (mapping, path, "");
        for (; ; )
        {
            if (at1[Properties] is not JsonObject fields)
            {
                if (way.Length > 0 && at1["type"] is JsonValue type && type.ToString() is not ("object" or "nested"))
                {
                    return way;
                }

                at1[Properties] = fields = [];
            }

            var (name, inner) = fields.FirstOrDefault(one => rest.StartsWith(one.Key + ".", StringComparison.Ordinal));
            if (inner is JsonObject below)
            {
                (at1, rest, way) = (below, rest[(name.Length + 1)..], way + (way.Length > 0 ? "." : "") + name);
                continue;
            }

            var dot = rest.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0)
            {
                fields.Insert(Math.Min(at, fields.Count), rest, field);
                return null;
            }

            fields[rest[..dot]] = new JsonObject();
        }
    }

    /// <summary>What names a field that went elsewhere names it there: aliases of fields, and <c>copy_to</c>.</summary>
    public void Refer(string from, string to)
    {
        foreach (var field in MappedField.AllOf(mapping))
        {
            if (field.Json["path"] is JsonValue path && field.Type == "alias" && Moved(path.ToString(), from, to) is { } moved)
            {
                field.Json["path"] = moved;
            }

            switch (field.Json["copy_to"])
            {
                case JsonArray list:
                    field.Json["copy_to"] = new JsonArray([.. list.Select(one => (JsonNode)(Moved(one!.ToString(), from, to) ?? one.ToString()))]);
                    break;
                case JsonValue one when Moved(one.ToString(), from, to) is { } target:
                    field.Json["copy_to"] = target;
                    break;
            }
        }
    }

    /// <summary>Takes out the aliases of a field that is no more; returns their paths.</summary>
    public IReadOnlyList<string> RemoveAliasesOf(string field)
    {
        var removed = new List<string>();
        Remove(mapping[Properties] as JsonObject, "");
        return removed;

        void Remove(JsonObject? fields, string prefix)
        {
            foreach (var (name, json) in (fields ?? []).ToArray())
            {
                if (json is not JsonObject one)
                {
                    continue;
                }

                if (one["type"]?.ToString() == "alias" && Moved(one["path"]?.ToString() ?? "", field, field) is not null)
                {
                    fields!.Remove(name);
                    removed.Add(prefix + name);
                }
                else
                {
                    Remove(one[Properties] as JsonObject, $"{prefix}{name}.");
                }
            }
        }
    }

    private static Place? Find(JsonObject? fields, string path)
    {
        var at = 0;
        foreach (var (name, json) in fields ?? [])
        {
            if (json is JsonObject field)
            {
                if (name == path)
                {
                    return new(fields!, name, field, at);
                }

                if (path.StartsWith(name + ".", StringComparison.Ordinal) && Find(field[Properties] as JsonObject, path[(name.Length + 1)..]) is { } inner)
                {
                    return inner;
                }
            }

            at++;
        }

        return null;
    }

    private static string? Moved(string path, string from, string to) =>
        path == from ? to : path.StartsWith(from + ".", StringComparison.Ordinal) ? to + path[from.Length..] : null;
}
