using Portage.Configuration.Paths;

namespace Portage.Configuration.Tests.Paths;

public sealed class ConfigPathTests
{
    [Theory]
    [InlineData("")]
    [InlineData("targets")]
    [InlineData("migrations.securitylogs.slices.01_01_01_indices.targets[0]")]
    [InlineData("slices.\"a.b\".backfill")]
    [InlineData("slices.\"a \\\"b\\\\\"")]
    [InlineData("\"\"")]
    public void Parse_TextForm_PrintsTheSame(string text)
    {
        Assert.Equal(text, ConfigPath.Parse(text, out var problem)?.ToString());
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("a..b", 3)]
    [InlineData("a.", 3)]
    [InlineData(".a", 1)]
    [InlineData("a[x]", 2)]
    [InlineData("a[-1]", 2)]
    [InlineData("a[0", 2)]
    [InlineData("[0]", 1)]
    [InlineData("a b", 2)]
    [InlineData("a]", 2)]
    [InlineData("a.\"b", 3)]
    [InlineData("\"a\"b", 4)]
    [InlineData("a[99999999999]", 2)]
    public void Parse_NotAPath_SaysWhere(string text, int character)
    {
        Assert.Null(ConfigPath.Parse(text, out var problem));
        Assert.StartsWith($"at character {character}:", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a", "a")]
    [InlineData("a", "b", "a.b")]
    [InlineData("a", "b.c", "a.\"b.c\"")]
    public void Join_Key_IsQuotedWhereItMust(string path, string key, string expected) => Assert.Equal(expected, ConfigPath.Join(path, key));
}
