using Portage.Configuration.Fields;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Tests.Fields;

public sealed class FieldWalkerTests
{
    [Fact]
    public void Walk_EverythingGiven_NamesEachValueWithWhatItDecides()
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Portage.Configuration.Tests", "Goldens", "everything-given", "config.yaml"));
        var values = FieldWalker.Walk(ConfigurationReader.Read(text, "config.yaml").Config!, "");

        Golden.Verify(string.Concat(values.Select(value => $"{value.Affects,-7} {value.Change,-5} {(value.InPlace ? "place" : ""),-5} {value.Path} = {value.Json}\n")), "everything.txt");
    }

    [Fact]
    public void Walk_ASlice_AppliesDefaultsAndKeepsNulls()
    {
        var values = FieldWalker.Walk(new SliceConfig(), "migrations.a.slices.b").ToDictionary(value => value.Path[22..], value => value.Json);

        Assert.Equal("2", values["backfill.workers"]);
        Assert.Equal("null", values["indices"]);
        Assert.Equal("null", values["metadata.replicas"]);
        Assert.Equal("[]", values["targets"]);
        Assert.Equal("\"refuse\"", values["types"]);
    }

    [Theory]
    [InlineData(TypesChoice.Refuse)]
    [InlineData(TypesChoice.PrefixIds)]
    public void WalkOne_AnyFieldOfASlice_IsAsAllAreTold(TypesChoice types)
    {
        var slice = new SliceConfig { Types = types };
        var all = FieldWalker.Walk(slice, "");
        Assert.Equal(all.Single(value => value.Path == "types"), Assert.Single(FieldWalker.WalkOne(slice, "types")));
        Assert.All(["types", "targets", "metadata", "nothing"], name => Assert.Equal(all.Where(value => value.Path == name), FieldWalker.WalkOne(slice, name)));
    }

    [Fact]
    public void Walk_WhereTheRecordStands_DecidesWhatItsFieldsMay()
    {
        var config = new MigrationConfig
        {
            Migrations = new MigrationConfig().Migrations.Add("a", new()
            {
                Snapshots = new SourceMigrationConfig().Snapshots.Add("main", new() { Take = new() }),
                Slices = new SourceMigrationConfig().Slices.Add("b", new() { Indices = new() }),
            }),
        };
        var values = FieldWalker.Walk(config, "").ToDictionary(value => value.Path);

        Assert.Equal(Change.Never, values["migrations.a.snapshots.main.take.indices.include"].Change);
        Assert.Equal(Change.Free, values["migrations.a.slices.b.indices.include"].Change);
    }

    [Fact]
    public void Walk_WhatIsChangedInPlace_SaysSoDownToItsParts()
    {
        var values = FieldWalker.Walk(new MetadataConfig { Replicas = 2, Templates = new() { Include = ["logs"] } }, "").ToDictionary(value => value.Path, value => value.InPlace);
        var selection = FieldWalker.Walk(new SliceConfig { Indices = new() }, "").Where(value => value.Path.StartsWith("indices", StringComparison.Ordinal));

        Assert.True(values["replicas"]);
        Assert.True(values["templates"]);
        Assert.True(values["templates.include"]);
        Assert.True(values["templates.exclude"]);
        Assert.False(values["approve"]);
        Assert.False(values["skip"]);
        Assert.All(selection, value => Assert.False(value.InPlace));
    }

    [Fact]
    public void InPlaceUnder_WhatAffectsNoResult_IsFalse()
    {
        var given = new FieldAttribute("A field.") { InPlace = true };

        Assert.True(given.InPlaceUnder(inherited: false, Affects.Result));
        Assert.False(given.InPlaceUnder(inherited: true, Affects.Process));
        Assert.False(new FieldAttribute("A field.") { InPlace = false }.InPlaceUnder(inherited: true, Affects.Result));
    }

    [Fact]
    public void Walk_Secrets_AreNeverPartOfAResult()
    {
        var auth = new AuthConfig { Basic = new() { Secret = "blue-admin" } };
        var config = new MigrationConfig
        {
            Targets = new MigrationConfig().Targets.Add("blue", new() { Endpoint = "https://blue.example:9200", Auth = auth }),
            Migrations = new MigrationConfig().Migrations.Add("a", new() { Source = new() { Endpoint = "https://old.example:9200", Auth = auth } }),
        };

        var secrets = FieldWalker.Walk(config, "").Concat(FieldWalker.Walk(config.Targets["blue"], "x")).Concat(FieldWalker.Walk(auth, "y"))
            .Where(value => value.Json.Contains("blue-admin", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, secrets.Count);
        Assert.All(secrets, secret => Assert.Equal(Affects.Process, secret.Affects));
    }

    [Fact]
    public void Walk_ManyNames_IsInOrdinalOrderOfThePaths()
    {
        var config = ConfigurationReader.ReadCanonical(Samples.WithSlices(50)).Config!;
        var paths = FieldWalker.Walk(config, "").Select(value => value.Path).ToList();

        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Equal(paths.Count, paths.Distinct().Count());
    }

    [Fact]
    public void Shapes_EveryRecord_SaysWhatItsFieldsAreFor()
    {
        var seen = new HashSet<RecordShape>();
        void Visit(RecordShape shape)
        {
            if (!seen.Add(shape))
            {
                return;
            }

            foreach (var field in shape.Fields)
            {
                Assert.EndsWith(".", field.Facts.Description, StringComparison.Ordinal);
                Assert.True(field.Kind is not (FieldKind.Whole) || field.Facts.Min != long.MinValue, $"{field} has no limits.");
                if (field.Record is { } below)
                {
                    Visit(below);
                }
            }
        }

        Visit(RecordShape.Root);
        Assert.True(seen.Count >= 15);
    }
}
