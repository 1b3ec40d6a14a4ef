using System.Text;
using System.Text.Json;
using CsCheck;
using Portage.Clusters.Bulk;

namespace Portage.Clusters.Tests.Bulk;

public sealed class BulkActionLineTests
{
    [Fact]
    public void Write_EveryAction_IsTheDocumentedLine()
    {
        var line = new BulkActionLine();
        var operation = new BulkOperation { Index = "logs", Id = "1", Source = "{}"u8.ToArray() };
        Assert.Equal("{\"index\":{\"_index\":\"logs\",\"_id\":\"1\"}}\n", Text(line, operation));
        Assert.Equal("{\"create\":{\"_index\":\"logs\",\"_id\":\"1\",\"routing\":\"r\"}}\n", Text(line, operation with { Action = BulkAction.Create, Routing = "r" }));
        Assert.Equal("{\"delete\":{\"_index\":\"logs\",\"_id\":\"1\"}}\n", Text(line, operation with { Action = BulkAction.Delete }));
        Assert.Equal(
            "{\"index\":{\"_index\":\"logs\",\"_id\":\"1\",\"version\":9223372036854775807,\"version_type\":\"external\"}}\n",
            Text(line, operation with { ExternalVersion = long.MaxValue }));
        Assert.Equal(
            "{\"index\":{\"_index\":\"logs\",\"_id\":\"1\",\"routing\":\"r\",\"version\":7,\"version_type\":\"external_gte\"}}\n",
            Text(line, operation with { Routing = "r", ExternalVersion = 7, VersionRule = ExternalVersionRule.HigherOrEqual }));
        Assert.Equal(
            "{\"index\":{\"_index\":\"logs\",\"_id\":\"1\",\"if_seq_no\":9223372036854775807,\"if_primary_term\":9223372036854775807}}\n",
            Text(line, operation with { Over = new(long.MaxValue, long.MaxValue) }));
    }

    [Fact]
    public void Write_AnyNames_ReadsBackTheSame()
    {
        // All of Unicode but lone surrogates, and much of what needs an escape.
        var texts = Gen.OneOf(Gen.Char['\0', '\u007f'], Gen.Char['\u0080', '\ud7ff'], Gen.Const('"'), Gen.Const('\\'), Gen.Const('\u2028')).Array[1, 20]
            .Select(Gen.Const("").Select(_ => ""), (chars, _) => new string(chars) + "🚢");
        var line = new BulkActionLine();
        Gen.Select(texts, texts, texts, Gen.Bool).Sample((index, id, routing, hasRouting) =>
        {
            var text = Text(line, new() { Index = index, Id = id, Routing = hasRouting ? routing : null, Source = "{}"u8.ToArray() });
            using var document = JsonDocument.Parse(text);
            var read = document.RootElement.GetProperty("index");
            return !text[..^1].Contains('\n', StringComparison.Ordinal)
                && read.GetProperty("_index").GetString() == index
                && read.GetProperty("_id").GetString() == id
                && (hasRouting ? read.GetProperty("routing").GetString() == routing : !read.TryGetProperty("routing", out _));
        }, threads: 1);
    }

    [Fact]
    public void Write_LoneSurrogate_ThrowsInsteadOfWritingAnotherId()
    {
        foreach (var id in (string[])["\ud800", "a\"\udc00"])
        {
            Assert.ThrowsAny<ArgumentException>(() => Text(new BulkActionLine(), new() { Index = "logs", Id = id, Source = "{}"u8.ToArray() }));
        }
    }

    private static string Text(BulkActionLine line, BulkOperation operation)
    {
        var buffer = new byte[line.BytesMax(operation)];
        return Encoding.UTF8.GetString(buffer, 0, line.Write(operation, buffer));
    }
}
