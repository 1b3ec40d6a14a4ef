using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

/// <summary>A plan tells what templates of the source add to its own indices.</summary>
public sealed class TemplateForesightTests
{
    private const string Index = """{"settings":{"index.codec":"best_compression"},"mappings":{"properties":{"level":{"type":"keyword"},"client":{"properties":{"ip":{"type":"ip"}}}}}}""";

    [Theory]
    [InlineData(false, """{"index_patterns":["logs-*"],"mappings":{"properties":{"level":{"type":"text"},"host":{"type":"keyword"},"client":{"properties":{"port":{"type":"long"}}}}},"settings":{"index.max_result_window":"5","index.refresh_interval":"9s"}}""", "template ours adds to indices logs-1, logs-2, when the target makes them: field client.port, field host, setting index.max_result_window, setting index.refresh_interval")]
    [InlineData(true, """{"index_patterns":["logs-1"],"composed_of":["base"],"template":{"mappings":{"properties":{"host":{"type":"keyword"}}}}}""", "index template ours adds to index logs-1, when the target makes it: field base, field host")]
    [InlineData(false, """{"index_patterns":["logs-*"],"mappings":{"properties":{"level":{"type":"text","fielddata":true}}},"aliases":{"all":{}}}""", null)]
    [InlineData(false, """{"index_patterns":["other-*"],"mappings":{"properties":{"host":{"type":"keyword"}}}}""", null)]
    public void Say_TemplateForIndices_NamesWhatItAdds(bool isComposable, string template, string? line)
    {
        var said = TemplateForesight.Say(
        [
            Object(isComposable ? ObjectKind.IndexTemplate : ObjectKind.LegacyTemplate, "ours", template), Object(ObjectKind.ComponentTemplate, "base", """{"template":{"mappings":{"properties":{"base":{"type":"long"}}}}}"""),
            Object(ObjectKind.Index, "logs-1", Index), Object(ObjectKind.Index, "logs-2", Index),
        ], hasDocuments: true);
        Assert.Equal(line is null ? [] : (string[])[line], said);
    }

    /// <summary>As OpenSearch 2.19 does: the lists of a legacy template and those of the index are joined, and of an index template they are taken where the index says nothing.</summary>
    [Theory]
    [InlineData(false, """{"enabled":false}""", null, "lost index logs-1: documents arrive without their sources, as template ours sets so when the target makes the index (_source.enabled is false)")]
    [InlineData(false, """{"enabled":false}""", """{"enabled":true}""", null)]
    [InlineData(false, """{"excludes":["a"]}""", """{"excludes":["b"]}""", "lost index logs-1: documents arrive without a part of their sources, as template ours sets so when the target makes the index (_source.excludes is [\"a\",\"b\"])")]
    [InlineData(true, """{"excludes":["a"]}""", null, "lost index logs-1: documents arrive without a part of their sources, as index template ours sets so when the target makes the index (_source.excludes is [\"a\"])")]
    [InlineData(true, """{"excludes":["a"]}""", """{"excludes":["b"]}""", null)]
    [InlineData(false, """{"includes":["*"]}""", null, null)]
    [InlineData(false, """{"excludes":["a"]}""", """{"enabled":false}""", null)]
    public void Say_TemplateKeepsSourcesOut_TellsItAsLost(bool isComposable, string source, string? own, string? line)
    {
        static string Mappings(string source) => $"\"mappings\":{{\"_source\":{source}}}";
        MetadataObject[] wanted =
        [
            Object(isComposable ? ObjectKind.IndexTemplate : ObjectKind.LegacyTemplate, "ours", $"{{\"index_patterns\":[\"logs-*\"],{(isComposable ? $"\"template\":{{{Mappings(source)}}}" : Mappings(source))}}}"),
            Object(ObjectKind.Index, "logs-1", own is null ? "{}" : $"{{{Mappings(own)}}}"),
        ];
        Assert.Equal(line is null ? [] : (string[])[line], TemplateForesight.Say([.. wanted], hasDocuments: true));
        Assert.Empty(TemplateForesight.Say([.. wanted], hasDocuments: false));
    }

    private static MetadataObject Object(ObjectKind kind, string name, string json) => new(new(kind, name), JsonNode.Parse(json)!.AsObject(), []);
}
