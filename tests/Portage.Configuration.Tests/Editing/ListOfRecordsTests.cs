using Portage.Configuration.Editing;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Tests.Editing;

/// <summary>Lists whose order counts, by the transforms of a slice.</summary>
public sealed class ListOfRecordsTests
{
    private const string List = "migrations.logs.slices.posts.transforms";

    private static readonly string Canonical = ConfigurationReader.Read(
        "migrations: { logs: { slices: { posts: { transforms: [ { remove: { field: b } }, { rename: { field: a, to: c } } ] } } } }", "c.yaml").Canonical!;

    [Fact]
    public void Update_AFieldOfAnItem_ChangesNothingElse()
    {
        var edited = ConfigurationEditor.Update(Canonical, $"{List}[1].rename.to", "d");

        Assert.Equal(Canonical.Replace("\"to\":\"c\"", "\"to\":\"d\"", StringComparison.Ordinal), edited.Canonical);
    }

    [Fact]
    public void Add_AnObject_GoesToTheEndAndRemoveTakesItAway()
    {
        var added = ConfigurationEditor.Add(Canonical, List, "{ set: { field: x, json: '[1.10]' } }");

        Assert.Equal("[1.10]", added.Config!.Migrations["logs"].Slices["posts"].Transforms[2].Set!.Json);
        Assert.Equal(Canonical, ConfigurationEditor.Remove(added.Canonical!, $"{List}[2]").Canonical);
    }

    [Fact]
    public void Update_OfScriptFromAFile_TakesTheTextAsItIs()
    {
        var code = "function main() {\n\treturn items => items; // \"it's\" : [1, 2]\n}\n";
        var added = ConfigurationEditor.Add(Canonical, List, "{ javaScript: { code: x } }");
        var edited = ConfigurationEditor.Update(added.Canonical!, $"{List}[2].javaScript.code", code);

        Assert.Equal(code.Trim(), edited.Config!.Migrations["logs"].Slices["posts"].Transforms[2].JavaScript!.Code);
        var shown = ConfigurationEditor.Show(edited.Canonical!, null, ShowFormat.Yaml).Text!;
        Assert.Contains("code: |", shown, StringComparison.Ordinal);
        Assert.Equal(edited.Canonical, ConfigurationReader.Read(shown, "c.yaml").Canonical);
    }

    [Theory]
    [InlineData("[7].rename.to", "PG1033")]
    [InlineData("[0].rename[0]", "PG1031")]
    [InlineData(".rename", "PG1031")]
    public void Update_OfWhatIsNotThere_IsRefused(string place, string code) =>
        Assert.Equal(code, Assert.Single(ConfigurationEditor.Update(Canonical, List + place, "x").Diagnostics).Code);

    [Fact]
    public void Between_AnItemThatChanges_NamesItsField() =>
        Assert.Equal([new FieldChange($"{List}[1].rename.to", "\"c\"", "\"d\"")], ConfigurationDifference.Between(Canonical, ConfigurationEditor.Update(Canonical, $"{List}[1].rename.to", "d").Canonical!));

    [Fact]
    public void Walk_AList_TellsEachItemInItsPlace() => Assert.Equal(
        ["[0] {}", "[0].remove {}", "[0].remove.field \"b\"", "[1] {}", "[1].rename {}", "[1].rename.field \"a\"", "[1].rename.to \"c\""],
        FieldWalker.WalkOne(ConfigurationReader.ReadCanonical(Canonical).Config!.Migrations["logs"].Slices["posts"], "transforms").Where(field => field.Json != "null").Select(field => $"{field.Path["transforms".Length..]} {field.Json}"));
}
