using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Tests.Editing;

public sealed class ConfigurationEditorTests
{
    private const string Posts = "migrations.securitylogs.slices.posts";
    private static readonly string Small = Samples.Canonical(Samples.Small);

    [Theory]
    [InlineData("targets.green", "{ endpoint: 'https://green.example:9200' }", "https://green.example:9200")]
    [InlineData("targets.green.endpoint", "https://green.example:9200", "https://green.example:9200")]
    [InlineData("migrations.securitylogs.slices.logs", "{ indices: { include: [logs] } }", "\"logs\":{")]
    [InlineData("migrations.securitylogs.slices.\"a.b\".indices.include", "a.b", "\"a.b\":{\"indices\":{\"include\":[\"a.b\"]}}")]
    [InlineData(Posts + ".indices.exclude", "*-debug", "\"exclude\":[\"*-debug\"]")]
    [InlineData(Posts + ".indices.exclude", "[\"*-debug\"]", "\"exclude\":[\"*-debug\"]")]
    [InlineData(Posts + ".indices.include", "more-*", "\"include\":[\"more-*\",\"posts\"]")]
    [InlineData(Posts + ".indices.include[1]", "more-*", "\"include\":[\"more-*\",\"posts\"]")]
    [InlineData(Posts + ".validate", "{ mode: counts }", "\"mode\":\"counts\"")]
    [InlineData(Posts + ".backfill.approve", "rejected == 0", "\"approve\":\"rejected == 0\"")]
    [InlineData("migrations.other", "{}", "\"other\":{}")]
    public void Add_SomethingNew_IsThere(string path, string value, string expected)
    {
        var edited = ConfigurationEditor.Add(Small, path, value);

        Assert.True(edited.Canonical is not null, DiagnosticText.Dump(edited.Diagnostics));
        Assert.Contains(expected, edited.Canonical, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("targets.blue.endpoint", "https://azure.example:9200", "https://azure.example:9200")]
    [InlineData("targets.blue", "{\"endpoint\": \"https://azure.example:9200\"}", "https://azure.example:9200")]
    [InlineData("targets.blue.tls.allowInsecure", "true", "\"allowInsecure\":true")]
    [InlineData(Posts + ".backfill.workers", "8", "\"workers\":8")]
    [InlineData(Posts + ".validate.mode", "counts", "\"mode\":\"counts\"")]
    [InlineData(Posts + ".indices.include[0]", "*", "\"include\":[\"audit-*\"]", "audit-*")]
    [InlineData(Posts + ".indices.include", "\"audit-*\"", "\"include\":[\"audit-*\"]")]
    [InlineData("migrations.securitylogs.snapshots.main.existing", "20261101", "\"existing\":\"20261101\"")]
    public void Update_SomethingThere_HasTheNewValue(string path, string value, string expected, string? instead = null)
    {
        var edited = ConfigurationEditor.Update(Small, path, instead ?? value);

        Assert.True(edited.Canonical is not null, DiagnosticText.Dump(edited.Diagnostics));
        Assert.Contains(expected, edited.Canonical, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("targets.blue.auth")]
    [InlineData("migrations.securitylogs.source")]
    [InlineData(Posts)]
    [InlineData(Posts + ".backfill.workers")]
    [InlineData(Posts + ".targets")]
    public void Remove_SomethingThere_IsGone(string path)
    {
        var edited = ConfigurationEditor.Remove(Small, path);

        Assert.True(edited.Canonical is not null, DiagnosticText.Dump(edited.Diagnostics));
        Assert.NotEqual(Small, edited.Canonical);
        Assert.Contains(DiagnosticCatalog.PathNotThere.Code, Codes(ConfigurationEditor.Remove(edited.Canonical, path)));
    }

    [Fact]
    public void Add_ToNothing_MakesAConfigurationPieceByPiece()
    {
        var canonical = "{}";
        foreach (var (path, value) in new[]
        {
            ("targets.blue.endpoint", "https://blue.example:9200"),
            ("targets.blue.auth.basic.secret", "blue-admin"),
            ("migrations.securitylogs.source.endpoint", "https://old.example:9200"),
            ("migrations.securitylogs.source.version", "ES 7.10.2"),
            ("migrations.securitylogs.snapshots.main", "{ repository: { file: { path: /mnt/snapshots } }, existing: nightly }"),
            ("migrations.securitylogs.slices.posts.indices.include", "posts"),
            ("migrations.securitylogs.slices.posts.targets", "blue"),
            ("migrations.securitylogs.slices.posts.backfill.workers", "4"),
        })
        {
            var edited = ConfigurationEditor.Add(canonical, path, value);
            Assert.True(edited.Canonical is not null, DiagnosticText.Dump(edited.Diagnostics));
            canonical = edited.Canonical;
        }

        Assert.Equal(Small, canonical);
    }

    public static TheoryData<string, string, string?> Refusals() => new()
    {
        { "add", "targets.blue", "{ endpoint: 'https://other.example:9200' }" },
        { "add", "targets.blue.endpoint", "https://other.example:9200" },
        { "add", "targets", "{ green: { endpoint: 'https://green.example:9200' } }" },
        { "add", Posts + ".indices.include[7]", "x" },
        { "add", "targets.\"a b\".endpoint", "https://green.example:9200" },
        { "add", "", "{}" },
        { "update", "targets.bleu.endpoint", "https://other.example:9200" },
        { "update", "targets.blue.endpont", "https://other.example:9200" },
        { "update", "targets.blue.allowInsecure", "true" },
        { "update", "migrations.securitylogs.capture", "{}" },
        { "update", Posts + ".targets[0]", "bleu" },
        { "update", Posts + ".targets[1]", "blue" },
        { "update", Posts + ".backfill.workers", "many" },
        { "update", Posts + ".backfill.workers", "0" },
        { "update", Posts + ".backfill.workers", "" },
        { "update", Posts + ".backfill.workers", "null" },
        { "update", Posts + ".backfill", "{ workers: 2" },
        { "update", Posts + ".backfill", "{ wrokers: 2, connections: -1 }" },
        { "update", Posts + ".backfill.workers.more", "1" },
        { "update", Posts + "[0]", "1" },
        { "update", "targets.blue.auth.basic.secret", "admin:hunter2" },
        { "update", "targets..blue", "1" },
        { "update", "targets.\"blue", "1" },
        { "update", "targets.blue.", "1" },
        { "remove", "targets.blue", null },
        { "remove", "targets.bleu", null },
        { "remove", "targets.blue.endpoint", null },
        { "remove", Posts + ".targets[0]", null },
        { "remove", Posts + ".validate.mode", null },
        { "remove", Posts + ".snapshot", null },
        { "remove", "nothing", null },
        { "remove", "", null },
    };

    [Fact]
    public void Edit_WhatIsRefused_SaysWhy()
    {
        var text = string.Concat(Refusals().Select(row =>
        {
            var (verb, path, value) = row.Data;
            var edited = Edit(verb, path, value);
            Assert.Null(edited.Canonical);
            return $"$ {verb} {path} {value}\n{DiagnosticText.Dump(edited.Diagnostics)}\n";
        }));

        Assert.DoesNotContain("hunter2", text.Replace("$ update targets.blue.auth.basic.secret admin:hunter2", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Golden.Verify(text, "refusals.txt");
    }

    [Theory]
    [InlineData(null, "all.yaml")]
    [InlineData("migrations.securitylogs", "migration.yaml")]
    [InlineData("migrations.securitylogs.slices", "slices.yaml")]
    public void Show_APath_ShowsWhatIsGiven(string? path, string golden) =>
        Golden.Verify(ConfigurationEditor.Show(Small, path, ShowFormat.Yaml).Text!, $"shown/{golden}");

    [Fact]
    public void Show_AsJson_IsIndented() => Golden.Verify(ConfigurationEditor.Show(Small, null, ShowFormat.Json).Text!, "shown/all.json");

    [Theory]
    [InlineData(Posts + ".backfill.workers", "4\n")]
    [InlineData(Posts + ".backfill.connections", "4\n")]
    [InlineData(Posts + ".targets", "[blue]\n")]
    [InlineData(Posts + ".targets[0]", "blue\n")]
    [InlineData(Posts + ".validate", "{}\n")]
    [InlineData(Posts + ".metadata.approve", "manual\n")]
    [InlineData("targets.blue.endpoint", "https://blue.example:9200\n")]
    public void Show_AField_ShowsItsValueOrItsDefault(string path, string expected) =>
        Assert.Equal(expected, ConfigurationEditor.Show(Small, path, ShowFormat.Yaml).Text);

    [Fact]
    public void Show_NoSuchName_SuggestsTheNearest()
    {
        var shown = ConfigurationEditor.Show(Small, "targets.bleu", ShowFormat.Yaml);

        Assert.Null(shown.Text);
        Assert.Equal("blue", Assert.Single(shown.Diagnostics).DidYouMean);
    }

    private static ReadConfiguration Edit(string verb, string path, string? value) => verb switch
    {
        "add" => ConfigurationEditor.Add(Small, path, value!),
        "update" => ConfigurationEditor.Update(Small, path, value!),
        _ => ConfigurationEditor.Remove(Small, path),
    };

    private static IEnumerable<string> Codes(ReadConfiguration read) => read.Diagnostics.Select(diagnostic => diagnostic.Code);
}
