using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Portage.Clusters.Capabilities;
using Portage.Model.Clusters;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Tests.Metadata;

/// <summary>
/// Each folder of <c>Goldens</c> is a case: <c>source.json</c> holds an index, a legacy template, an index template or an alias as a snapshot
/// has it and the version of the target, <c>translated.txt</c> what was said and what is sent.
/// </summary>
public sealed class TranslationTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "tests/Portage.Steps.Tests/Metadata/Goldens")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Translate_SourceOfTheCase_GivesWhatItsGoldenSays(string sentence)
    {
        Golden.Verify(Describe(Translate(Read(sentence))), Path.Combine("Goldens", sentence, "translated.txt"));
    }

    /// <summary>The source of a case.</summary>
    internal static JsonElement Read(string sentence) =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(Checkout.Root, "tests/Portage.Steps.Tests/Metadata/Goldens", sentence, "source.json")));

    /// <summary>What the rules make of it.</summary>
    internal static MetadataObject Translate(JsonElement source)
    {
        Assert.True(ClusterVersion.TryParse(source.GetProperty("target").GetString()!, out var version));
        var known = source.TryGetProperty("targetKnows", out var names)
            ? names.EnumerateArray().ToFrozenDictionary(name => name.GetString()!, _ => "", StringComparer.Ordinal)
            : FrozenDictionary<string, string>.Empty;
        var target = new TargetFacts(new ClusterCapabilities(version), known);
        if (source.TryGetProperty("targetRefuses", out var refused))
        {
            target = target with { Refused = refused.EnumerateObject().ToImmutableDictionary(setting => (setting.Name, setting.Value.GetString()!), _ => "it says why") };
        }

        if (source.TryGetProperty("indexTemplate", out var composable))
        {
            return Translation.Composable(ObjectKind.IndexTemplate, new ComposableTemplate("daily", composable), target);
        }

        if (source.TryGetProperty("template", out var template))
        {
            return Translation.Legacy(
                new LegacyTemplate("daily", 0, [template.TryGetProperty("template", out var one) ? one.GetString()! : template.GetProperty("index_patterns")[0].GetString()!], Member(template, "settings"), TypesOf(template), Member(template, "aliases"), null, template),
                target,
                new(source.TryGetProperty("cluster", out var cluster) ? cluster.GetInt64() : 7_10_02_99));
        }

        if (source.TryGetProperty("alias", out var alias))
        {
            return Translation.Alias(new(ObjectKind.Alias, "recent", "logs"), JsonObject.Create(alias)!, new(source.GetProperty("created").GetInt64()));
        }

        var index = source.GetProperty("index");
        return Translation.Index(
            "logs",
            Member(index, "settings"),
            TypesOf(index),
            source.TryGetProperty("only", out var only) ? only.GetString() : null,
            target,
            source.TryGetProperty("replicas", out var replicas) ? replicas.GetInt32() : null);
    }

    private static JsonElement Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : default;

    private static List<TypeMapping> TypesOf(JsonElement json) =>
        json.TryGetProperty("mappings", out var mappings) ? [.. mappings.EnumerateObject().Select(type => new TypeMapping(type.Name, type.Value))] : [];

    private static string Describe(MetadataObject translated)
    {
        var text = new StringBuilder();
        foreach (var finding in translated.Findings)
        {
            text.Append(finding.Kind).Append(": ").Append(finding.Text).Append('\n');
        }

        var sorted = JsonNode.Parse(CanonicalText.Of(translated.Definition))!;
        return text.Append(sorted.ToJsonString(Readable)).Append('\n').ToString();
    }
}
