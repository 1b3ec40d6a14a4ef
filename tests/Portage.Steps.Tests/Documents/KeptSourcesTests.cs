using System.Text;
using Portage.Steps.Documents;

namespace Portage.Steps.Tests.Documents;

/// <summary>What a target keeps of a source that it filters.</summary>
public sealed class KeptSourcesTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", true)]
    [InlineData("{}", """{"a":1}""", true)]
    [InlineData("""{"a":{"x":"é"}}""", """{ "b": 1, "a": {"y":2,"x":"\u00e9"} }""", true)]
    [InlineData("""{"a":[{"x":1},{"x":2}]}""", """{"a":[{"x":1,"y":1},{"y":3},{"x":2}]}""", true)]
    [InlineData("""{"a":1.0}""", """{"a":1}""", true)]
    [InlineData("""{"a":12345678901234567890123}""", """{"a":12345678901234567890123,"b":1}""", true)]
    [InlineData("""{"a":1}""", """{"a":2,"b":2}""", false)]
    [InlineData("""{"c":1}""", """{"a":1}""", false)]
    [InlineData("""{"a":[{"x":2},{"x":1}]}""", """{"a":[{"x":1},{"x":2}]}""", false)]
    [InlineData("""{"a":null}""", """{"a":{}}""", false)]
    public void IsPart_TwoSources_TellsWhetherOneMayBeWhatIsKeptOfTheOther(string part, string whole, bool isPart) =>
        Assert.Equal(isPart, KeptSources.IsPart(Encoding.UTF8.GetBytes(part), Encoding.UTF8.GetBytes(whole)));
}
