using Portage.Cli.Commands;
using Portage.Cli.Shell;

namespace Portage.Scenarios;

/// <summary>What is typed at menus, and what a request to a cluster may change.</summary>
public sealed class MenuTests
{
    [Theory]
    [InlineData("1", "0")]
    [InlineData("1-3, 5", "0 1 2 4")]
    [InlineData("5 1", "0 4")]
    [InlineData("2 - 3", "1 2")]
    [InlineData("all", "0 1 2 3 4")]
    [InlineData("1,1-2", "0 1")]
    public void Parse_AChoice_GivesThePlaces(string answer, string expected) => Assert.Equal(expected, string.Join(' ', MenuChoice.Parse(answer, 5)!));

    [Theory]
    [InlineData("0")]
    [InlineData("6")]
    [InlineData("3-1")]
    [InlineData("1-6")]
    [InlineData("1-2-3")]
    [InlineData("-1")]
    [InlineData("1 x")]
    [InlineData(",")]
    public void Parse_NoChoice_GivesNothing(string answer) => Assert.Null(MenuChoice.Parse(answer, 5));

    [Theory]
    [InlineData("GET", "/a", true)]
    [InlineData("HEAD", "/a", true)]
    [InlineData("POST", "/a/_search?size=1", true)]
    [InlineData("POST", "/_search/template", true)]
    [InlineData("POST", "/a/_validate/query", true)]
    [InlineData("POST", "/a/_count", true)]
    [InlineData("POST", "/_bulk", false)]
    [InlineData("POST", "/a/_doc/_search_me", false)]
    [InlineData("POST", "/a/template", false)]
    [InlineData("POST", "/", false)]
    [InlineData("PUT", "/a/_search", false)]
    [InlineData("DELETE", "/a", false)]
    public void OnlyReads_ARequest_IsToldByMethodAndPath(string method, string path, bool expected) => Assert.Equal(expected, ClusterCurl.OnlyReads(method, path));

    [Theory]
    [InlineData("shop", null, "shop", null)]
    [InlineData("shop/orders", null, "shop", "orders")]
    [InlineData("shop/orders@blue", "blue", "shop", "orders")]
    [InlineData("shop/orders@blue:backfill", "blue", "shop", "orders")]
    [InlineData("*@blue", "blue", null, null)]
    [InlineData("*:backfill", null, null, null)]
    public void PartsOf_APattern_AreWhatThePromptShows(string pattern, string? target, string? source, string? slice) => Assert.Equal((target, source, slice), Contexts.PartsOf(pattern));
}
