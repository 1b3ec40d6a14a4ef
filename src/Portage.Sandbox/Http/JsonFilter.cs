using System.IO.Enumeration;
using System.Text.Json;

namespace Portage.Sandbox.Http;

/// <summary>
/// Keeps the parts of a JSON value that paths select, as <c>filter_path</c> and <c>_source</c> filtering do: names with <c>*</c>,
/// dots between, <c>**</c> for any depth; arrays are transparent. Values that are kept whole are written as they were.
/// </summary>
internal sealed class JsonFilter(IEnumerable<string> includes, IEnumerable<string> excludes)
{
    private readonly string[][] _includes = [.. includes.Select(path => path.Split('.'))];
    private readonly string[][] _excludes = [.. excludes.Select(path => path.Split('.'))];

    private enum Verdict
    {
        Drop,
        Descend,
        Keep,
    }

    /// <summary>Paths separated by commas; those that start with a minus exclude.</summary>
    public static JsonFilter FromPaths(string paths)
    {
        var all = paths.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new(all.Where(path => path[0] != '-'), all.Where(path => path[0] == '-').Select(path => path[1..]));
    }

    public void Write(JsonElement root, Utf8JsonWriter json)
    {
        if (!TryWrite(root, [], json, name: null, includedAlready: _includes.Length == 0))
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }

    private bool TryWrite(JsonElement value, List<string> path, Utf8JsonWriter json, string? name, bool includedAlready)
    {
        var verdict = path.Count == 0 ? Verdict.Descend : Judge(path, ref includedAlready);
        if (verdict == Verdict.Drop)
        {
            return false;
        }

        if (verdict == Verdict.Keep)
        {
            WriteName(json, name);
            json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
            return true;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return TryWriteObject(value, path, json, name, includedAlready);
            case JsonValueKind.Array:
                return TryWriteArray(value, path, json, name, includedAlready);
            default:
                if (includedAlready)
                {
                    WriteName(json, name);
                    json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                }

                return includedAlready;
        }
    }

    private bool TryWriteObject(JsonElement value, List<string> path, Utf8JsonWriter json, string? name, bool includedAlready)
    {
        // Opened late, so that an object nothing was kept of leaves no trace.
        var isOpen = path.Count == 0 || includedAlready;
        if (isOpen)
        {
            WriteName(json, name);
            json.WriteStartObject();
        }

        foreach (var property in value.EnumerateObject())
        {
            path.Add(property.Name);
            if (isOpen)
            {
                TryWrite(property.Value, path, json, property.Name, includedAlready);
            }
            else if (KeepsAnything(property.Value, path, includedAlready))
            {
                WriteName(json, name);
                json.WriteStartObject();
                isOpen = true;
                TryWrite(property.Value, path, json, property.Name, includedAlready);
            }

            path.RemoveAt(path.Count - 1);
        }

        if (isOpen)
        {
            json.WriteEndObject();
        }

        return isOpen;
    }

    private bool TryWriteArray(JsonElement value, List<string> path, Utf8JsonWriter json, string? name, bool includedAlready)
    {
        if (!includedAlready && path.Count > 0 && !KeepsAnything(value, path, includedAlready))
        {
            return false;
        }

        WriteName(json, name);
        json.WriteStartArray();
        foreach (var item in value.EnumerateArray())
        {
            switch (item.ValueKind)
            {
                case JsonValueKind.Object:
                    TryWriteObject(item, path, json, name: null, includedAlready);
                    break;
                case JsonValueKind.Array:
                    TryWriteArray(item, path, json, name: null, includedAlready);
                    break;
                default:
                    if (includedAlready)
                    {
                        json.WriteRawValue(item.GetRawText(), skipInputValidation: true);
                    }

                    break;
            }
        }

        json.WriteEndArray();
        return true;
    }

    private bool KeepsAnything(JsonElement value, List<string> path, bool includedAlready)
    {
        switch (path.Count == 0 ? Verdict.Descend : Judge(path, ref includedAlready))
        {
            case Verdict.Drop:
                return false;
            case Verdict.Keep:
                return true;
            default:
                break;
        }

        if (includedAlready)
        {
            return true;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    path.Add(property.Name);
                    var keeps = KeepsAnything(property.Value, path, includedAlready);
                    path.RemoveAt(path.Count - 1);
                    if (keeps)
                    {
                        return true;
                    }
                }

                return false;
            case JsonValueKind.Array:
                return value.EnumerateArray().Any(item => KeepsAnything(item, path, includedAlready));
            default:
                return false;
        }
    }

    private Verdict Judge(List<string> path, ref bool included)
    {
        if (_excludes.Any(pattern => Covers(pattern, path)))
        {
            return Verdict.Drop;
        }

        included = included || _includes.Any(pattern => Covers(pattern, path));
        return included
            ? _excludes.Length == 0 ? Verdict.Keep : Verdict.Descend
            : _includes.Any(pattern => MayLeadTo(pattern, path)) ? Verdict.Descend : Verdict.Drop;
    }

    /// <summary>True when the pattern selects the path itself.</summary>
    private static bool Covers(ReadOnlySpan<string> pattern, List<string> path, int at = 0)
    {
        if (pattern.Length == 0)
        {
            return at == path.Count;
        }

        if (pattern[0] == "**")
        {
            for (var skip = at; skip <= path.Count; skip++)
            {
                if (Covers(pattern[1..], path, skip))
                {
                    return true;
                }
            }

            return false;
        }

        return at < path.Count && Fits(pattern[0], path[at]) && Covers(pattern[1..], path, at + 1);
    }

    /// <summary>True when the pattern can select something below the path.</summary>
    private static bool MayLeadTo(string[] pattern, List<string> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            if (i >= pattern.Length)
            {
                return false;
            }

            if (pattern[i] == "**")
            {
                return true;
            }

            if (!Fits(pattern[i], path[i]))
            {
                return false;
            }
        }

        return pattern.Length > path.Count;
    }

    private static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static void WriteName(Utf8JsonWriter json, string? name)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }
    }
}
