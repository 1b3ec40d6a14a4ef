using System.Text;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

public sealed class SourceTextTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("{ \"a\" :\t1.10 }", "{ \"a\" :\t1.10 }")]
    [InlineData("\n{\r\n  \"a\": [1,\n2],\n\"b\":\"x\"\n}\n", "{  \"a\": [1,2],\"b\":\"x\"}")]
    [InlineData("{\n\"a\":\"q\\\"\\n\\\\\",\n\"b\":\"\\\\\"}", "{\"a\":\"q\\\"\\n\\\\\",\"b\":\"\\\\\"}")]
    [InlineData("{\"a\":1, // it's \"odd\n\"b\":2}", "{\"a\":1, \"b\":2}")]
    [InlineData("{\"a\":/* x\n\" */1,\n\"b\":/* \" */2}", "{\"a\":1,\"b\":/* \" */2}")]
    [InlineData("{\"a\":\"http://x/*\",\n\"b\":2} // end", "{\"a\":\"http://x/*\",\"b\":2} ")]
    [InlineData("{\"a\":1} // end", "{\"a\":1} // end")]
    [InlineData("\n\n\n", "")]
    [InlineData("", "")]
    public void Compact_AnySource_LosesOnlyTheBreaksBetweenTokens(string source, string compact) =>
        Assert.Equal(compact, Encoding.UTF8.GetString(SourceText.Compact(Encoding.UTF8.GetBytes(source)).Span));

    [Fact]
    public void Compact_NoBreaks_IsTheSameMemory()
    {
        ReadOnlyMemory<byte> source = Encoding.UTF8.GetBytes("{\"a\":1}");
        Assert.True(source.Equals(SourceText.Compact(source)));
    }

    [Theory]
    [InlineData("{\"a\":\"\nopen")]
    [InlineData("{\"a\":\"\\")]
    public void Compact_NotJson_EndsWithoutLosingText(string source) =>
        Assert.Equal(source, Encoding.UTF8.GetString(SourceText.Compact(Encoding.UTF8.GetBytes(source)).Span));
}
