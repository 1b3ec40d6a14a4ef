using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Model.Clusters;

namespace Portage.Steps.Reading;

/// <summary>Edits of a slice, as people type them.</summary>
internal static class SliceCommands
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Leaves out some indices more. What was excluded so far, by default too, stays excluded.</summary>
    public static string Exclude(SliceOnTarget on, IEnumerable<string> indices) =>
        $"workflow configure update {on.SlicePath}.indices.exclude {Quoted(List(SliceContents.Patterns(on.Slice).Exclude.Concat(indices)))}";

    /// <summary>Includes something else, and excludes none of it any more.</summary>
    /// <param name="path">Of the slice.</param>
    /// <param name="indices">What is to be selected.</param>
    public static string Include(string path, SliceConfig slice, IEnumerable<string> patterns, IEnumerable<string> indices)
    {
        var exclude = SliceContents.Patterns(slice).Exclude;
        var rest = exclude.Where(text => !indices.Any(new IndexPattern(text).Matches)).ToArray();
        return rest.Length == exclude.Length
            ? $"workflow configure update {path}.indices.include {Quoted(List(patterns))}"
            : $"workflow configure update {path}.indices {Quoted(new JsonObject { ["include"] = List(patterns), ["exclude"] = List(rest) })}";
    }

    /// <summary>A slice of its own for some indices.</summary>
    public static string Add(SliceOnTarget on, string name, IEnumerable<string> patterns)
    {
        var free = Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? name : $"{name}{number}").First(one => !on.Migration.Slices.ContainsKey(one));
        var slice = new JsonObject { ["indices"] = new JsonObject { ["include"] = List(patterns) } };
        if (on.Slice.Snapshot is { } snapshot)
        {
            slice["snapshot"] = snapshot;
        }

        return $"workflow configure add migrations.{on.SourceName}.slices.{free} {Quoted(slice)}";
    }

    /// <summary>JSON as one argument of a command.</summary>
    public static string Quoted(JsonNode json) => $"'{json.ToJsonString(Readable).Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static JsonArray List(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal).Select(name => (JsonNode)JsonValue.Create(name)!)]);
}
