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
    public void Equal_OnlyBlanksBetweenTokensDiffer_True(string a, string b)
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
    public void Equal_ContentDiffers_False(string a, string b)
    {
        Assert.False(Equal(a, b));
        Assert.False(Equal(b, a));
    }

    private static bool Equal(string a, string b) => JsonContent.Equal(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
