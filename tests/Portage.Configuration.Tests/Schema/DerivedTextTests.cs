using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Configuration.Schema;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Tests.Schema;

public sealed class DerivedTextTests
{
    [Fact]
    public void ReferencePage_AsCommitted_IsUpToDate() => Golden.Verify(ReferencePage.Write(), "../../../docs/reference/configuration.md");

    [Fact]
    public void JsonSchema_AsCommitted_IsUpToDate() => Golden.Verify(JsonSchema.Write(), "../../../docs/reference/configuration.schema.json");

    [Fact]
    public void Sample_AsCommitted_IsUpToDate() => Golden.Verify(Sample.Write(), "../../../docs/reference/configuration.sample.yaml");

    [Fact]
    public void Sample_Read_HasNoDiagnostics()
    {
        var read = ConfigurationReader.Read(Sample.Write(), "sample.yaml");

        Assert.Equal("", DiagnosticText.Dump(read.Diagnostics));
        Assert.NotNull(read.Canonical);
    }

    [Fact]
    public void Sample_Read_ShowsEveryField()
    {
        var sample = Sample.Write();
        Assert.All(Shapes().SelectMany(shape => shape.Fields), field => Assert.Contains($" {field.Name}:", sample.Replace('\n', ' ').Replace("#", " ", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Sample_AlternativesUncommented_OnlyExcludeEachOther()
    {
        var everything = string.Join('\n', Sample.Write().Split('\n').Select(line => line.StartsWith("#  ", StringComparison.Ordinal) ? line[1..] : line));
        var read = ConfigurationReader.Read(everything, "sample.yaml");

        Assert.Equal(10, read.Diagnostics.Length);
        Assert.All(read.Diagnostics, diagnostic => Assert.Equal(DiagnosticCatalog.NotExactlyOne.Code, diagnostic.Code));
    }

    [Fact]
    public void JsonSchema_EveryRecord_RefusesUnknownKeysAndDescribesItsFields()
    {
        using var schema = JsonDocument.Parse(JsonSchema.Write());
        var definitions = schema.RootElement.GetProperty("$defs").EnumerateObject().Select(definition => definition.Value).Append(schema.RootElement).ToList();

        Assert.Equal(Shapes().Count, definitions.Count);
        Assert.All(definitions, definition =>
        {
            Assert.False(definition.GetProperty("additionalProperties").GetBoolean());
            Assert.All(definition.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        });
    }

    [Fact]
    public void Read_SchemaKeyOfAnEditor_MeansNothing() =>
        Assert.Equal("{}", ConfigurationReader.Read("""{ "$schema": "https://example.com/portage.json" }""", "c.json").Canonical);

    private static HashSet<RecordShape> Shapes()
    {
        var seen = new HashSet<RecordShape> { RecordShape.Root };
        var waiting = new Queue<RecordShape>(seen);
        while (waiting.TryDequeue(out var shape))
        {
            foreach (var below in shape.Fields.Select(field => field.Record).OfType<RecordShape>().Where(seen.Add))
            {
                waiting.Enqueue(below);
            }
        }

        return seen;
    }
}
