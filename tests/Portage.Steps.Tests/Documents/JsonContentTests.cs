using System.Text;
using Portage.Steps.Documents;

namespace Portage.Steps.Tests.Documents;

public sealed class JsonContentTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", " { \"a\" :\t1\r\n} ")]
    [InlineData("""{"a":"x y"}""", """{ "a": "x y" }""")]
    [InlineData("""{"a":"\" "}""", """{"a" : "\" "}""")]
    [InlineData("{}", "{ }")]
    [InlineData("""{"a":1}""", """{"a":/* c */1}""")]
    [InlineData("""{"a":1}""", "{\"a\":1// c }\n}")]
    [InlineData("""{"a":1}""", "{\"a\":1}// c")]
    [InlineData("""{"a":"//","b":"/**/"}""", """{"a":/**/"//","b":"/**/"}""")]
    [InlineData("""{"a":1}""", "\uFEFF{\"a\":1}")]
    [InlineData("""{"a":1,"a":2}""", """{"a":1, "a":2}""")]
    [InlineData("""{"a":NaN}""", """{"a": NaN }""")]
    public void Equal_OnlyWhatStandsBetweenTokensDiffers_True(string a, string b)
    {
        Assert.True(Equal(a, b));
        Assert.True(Equal(b, a));
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1.0}""")]
    [InlineData("""{"a":1e3}""", """{"a":1000}""")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""")]
    [InlineData("""{"a":"x y"}""", """{"a":"x  y"}""")]
    [InlineData("""{"a":"x y"}""", """{"a":"xy"}""")]
    [InlineData("""{"a":"\" "}""", """{"a":"\""}""")]
    [InlineData("""{"a":"é"}""", """{"a":"\u00e9"}""")]
    [InlineData("""{"a":1}""", """{"a":1""")]
    [InlineData("""{"a":1}""", "")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2,"a":1}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[12]}""")]
    [InlineData("""{"a":[1 2]}""", """{"a":[12]}""")]
    [InlineData("""{"a":"//"}""", """{"a":""}""")]
    [InlineData("""{"a":"\\"}""", """{"a":"\""}""")]
    [InlineData("""{"a":"x"}""", """{"a":"\uFEFFx"}""")]
    public void Equal_ContentDiffers_False(string a, string b)
    {
        Assert.False(Equal(a, b));
        Assert.False(Equal(b, a));
    }

    [Theory]
    [InlineData("{\"a\":", "}", true)]
    [InlineData("[", "]", true)]
    [InlineData("[", "]", false)]
    public void Equal_AsDeepAsAnybodyMayNest_IsTold(string open, string close, bool isSame)
    {
        var (head, tail) = (string.Concat(Enumerable.Repeat(open, 100_000)), string.Concat(Enumerable.Repeat(close, 100_000)));
        Assert.Equal(isSame, Equal($"{head}1{tail}", $"{head} {(isSame ? 1 : 2)}{tail}"));
    }

    [Fact]
    public void Equal_BytesThatAreNoText_CountAsTheyAre()
    {
        static byte[] Of(byte last) => [.. "{\"a\":\""u8, 0xED, 0xA0, last, .. "\"}"u8];
        Assert.True(JsonContent.Equal(Of(0x80), [.. " "u8, .. Of(0x80)]));
        Assert.False(JsonContent.Equal(Of(0x80), Of(0x81)));
    }

    private static bool Equal(string a, string b) => JsonContent.Equal(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
