using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Model.Tests;

public sealed class StepAddressTests
{
    [Theory]
    [InlineData("securitylogs/main:snapshot")]
    [InlineData("securitylogs/01_01_01_indices@blue:backfill")]
    [InlineData("securitylogs@blue:validate")]
    public void Parse_TextForm_PrintsTheSame(string text) => Assert.Equal(text, StepAddress.Parse(text).ToString());

    [Theory]
    [InlineData("securitylogs/posts>blue:backfill", "securitylogs/posts@blue:backfill")]
    [InlineData("securitylogs>blue:validate", "securitylogs@blue:validate")]
    public void Parse_FormOfEarlierBuilds_IsTheSameAddress(string old, string text)
    {
        Assert.Equal(StepAddress.Parse(text), StepAddress.Parse(old));
        Assert.Equal(StepAddress.Parse(text).GetHashCode(), StepAddress.Parse(old).GetHashCode());
        Assert.Equal(text, StepAddress.Parse(old).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("securitylogs")]
    [InlineData("securitylogs:nothing")]
    [InlineData("a/b/c:snapshot")]
    [InlineData("-a/b:snapshot")]
    [InlineData("a/b@c:backfill\n")]
    [InlineData("a/b>c@d:backfill")]
    [InlineData("a/b@c>d:backfill")]
    [InlineData("a/b@:backfill")]
    [InlineData("a/b>:backfill")]
    public void TryParse_NotAnAddress_SaysSo(string text) => Assert.False(StepAddress.TryParse(text, out _));

    [Theory]
    [InlineData("*", "logs/a@blue:backfill", true)]
    [InlineData("*:backfill", "logs/a@blue:backfill", true)]
    [InlineData("*:metadata", "logs/a@blue:backfill", false)]
    [InlineData("logs", "logs/a@blue:backfill", true)]
    [InlineData("log", "logs/a@blue:backfill", false)]
    [InlineData("logs/a", "logs/a@blue:backfill", true)]
    [InlineData("logs/a@blue", "logs/a@blue:backfill", true)]
    [InlineData("logs/b", "logs/a@blue:backfill", false)]
    [InlineData("*@blue:*", "logs/a@blue:backfill", true)]
    [InlineData("*@green:*", "logs/a@blue:backfill", false)]
    [InlineData("*>blue:*", "logs/a@blue:backfill", true)]
    [InlineData("*>green:*", "logs/a@blue:backfill", false)]
    [InlineData("logs/a>blue", "logs/a@blue:backfill", true)]
    [InlineData("logs/a>b", "logs/a@blue:backfill", false)]
    [InlineData("logs/a>blue:backfill", "logs/a@blue:backfill", true)]
    public void Matches_Pattern_SelectsSubtreesAndGlobs(string pattern, string address, bool expected) =>
        Assert.Equal(expected, new AddressPattern(pattern).Matches(StepAddress.Parse(address)));

    [Fact]
    public void Pattern_InEitherForm_IsTheSame()
    {
        Assert.Equal(new AddressPattern("*@blue:*"), new AddressPattern("*>blue:*"));
        Assert.Equal("*@blue:*", new AddressPattern("*>blue:*").ToString());
    }

    [Fact]
    public void Constructor_BadName_Throws() =>
        Assert.Throws<ArgumentException>(() => new StepAddress("a b", null, null, StepKind.Snapshot));
}
