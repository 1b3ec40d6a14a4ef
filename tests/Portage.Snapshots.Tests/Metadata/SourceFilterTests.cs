using System.Text;
using System.Text.Json;
using Portage.Snapshots.Metadata;

namespace Portage.Snapshots.Tests.Metadata;

/// <summary>What servers keep out of the stored source, tried on Elasticsearch 7.10.</summary>
public sealed class SourceFilterTests
{
    private const string Fields = """
        "properties":{"a":{"type":"long"},"ab":{"type":"long"},"o":{"properties":{"x":{"type":"long","fields":{"raw":{"type":"keyword"}}},"y":{"properties":{"z":{"type":"long"}}}}},
        "all":{"type":"text"},"title":{"type":"text","copy_to":"all"},"other":{"type":"alias","path":"a"}}
        """;

    [Theory]
    [InlineData("""{}""", "")]
    [InlineData("""{"excludes":["a"]}""", "a")]
    [InlineData("""{"excludes":["a*"]}""", "a ab")]
    [InlineData("""{"excludes":["a?"]}""", "")]
    [InlineData("""{"excludes":["*y*z","*b"]}""", "ab o.y.z")]
    [InlineData("""{"excludes":["a*b*b"]}""", "")]
    [InlineData("""{"excludes":["o"]}""", "o.x o.y.z")]
    [InlineData("""{"excludes":["*.z"]}""", "o.y.z")]
    [InlineData("""{"excludes":["o.*"]}""", "o.x o.y.z")]
    [InlineData("""{"excludes":["o.x.raw"]}""", "")]
    [InlineData("""{"excludes":["all"]}""", "")]
    [InlineData("""{"includes":["o.y","title"]}""", "a ab o.x")]
    [InlineData("""{"includes":["o"],"excludes":["o.x"]}""", "a ab o.x title")]
    public void LostFields_IncludesAndExcludes_AreThoseThatNoSourceHas(string source, string lost)
    {
        var mapping = new TypeMapping("_doc", JsonElement.Parse(Encoding.UTF8.GetBytes($$"""{"_source":{{source}},{{Fields}}}""")));
        Assert.Equal(lost, string.Join(' ', SourceFilter.LostFields(mapping)));
    }
}
