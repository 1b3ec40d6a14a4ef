using CsCheck;
using Portage.Configuration.Rules.Overlap;
using Portage.Model.Clusters;

namespace Portage.Configuration.Tests.Rules;

public sealed class OverlapSearchTests
{
    // Every name of up to four letters, which is more than the patterns below can tell apart.
    private static readonly string[] Names = [.. NamesOf(4, "abx")];

    private static readonly Gen<string> Pattern = Gen.Char["ab*?"].Array[1, 3].Select(letters => new string(letters));

    private static readonly Gen<SliceConfig> Slice = Gen.Select(Pattern.Array[1, 2], Pattern.Array[0, 1], Gen.Int[0, 3], (include, exclude, target) => new SliceConfig
    {
        Indices = new() { Include = [.. include.Distinct()], Exclude = [.. exclude] },
        Targets = target switch { 0 => ["blue"], 1 => ["green"], 2 => ["blue", "green"], _ => [] },
    });

    [Fact]
    public void Among_AnySlicesOfOneSource_FindsSomethingOfEachThatMeetsAnother() => Slice.Array[2, 5].Sample(slices =>
    {
        var config = Config(slices.Select((slice, i) => ("s", $"s{i}", slice)));
        var found = OverlapSearch.Among(SliceClaims.Of(config));
        for (var later = 0; later < slices.Length; later++)
        {
            var meets = Enumerable.Range(0, later).Any(earlier => Meet(slices[earlier], slices[later]));
            var certain = found.Any(overlap => overlap.IsCertain && (overlap.First.Claim.Name == $"s{later}" || overlap.Second.Claim.Name == $"s{later}"));
            var told = certain || found.Any(overlap => overlap.Second.Claim.Name == $"s{later}");

            // An overlap that is certain stands for the others of its slices: those with it may be told after it is mended.
            Assert.True(!meets || told || found.Any(overlap => overlap.IsCertain), $"s{later} is not told of: {string.Join(" | ", slices.Select(Text))}");
            Assert.All(found.Where(overlap => overlap.Second.Claim.Name == $"s{later}"), overlap => Assert.True(
                Meet(slices[overlap.First.Claim.Order], slices[overlap.Second.Claim.Order]), $"{Text(slices[overlap.First.Claim.Order])} and {Text(slices[overlap.Second.Claim.Order])} do not meet"));
        }
    });

    [Fact]
    public void Among_AnyTwoSlicesOfTwoSources_IsCertainOfNamesOnly() => Gen.Select(Slice, Slice).Sample((one, other) =>
    {
        var overlap = OverlapSearch.Among(SliceClaims.Of(Config([("s", "a", one), ("t", "a", other)]))).SingleOrDefault();

        Assert.Equal(Meet(one, other), overlap is not null);
        Assert.Equal(overlap is { First.Form: PatternForm.Exact, Second.Form: PatternForm.Exact }, overlap?.IsCertain ?? false);
        Assert.True(overlap?.Example is null || (Selects(one, overlap.Example) && Selects(other, overlap.Example)));
    });

    [Fact]
    public void Among_TypesThatBecomeIndices_FindsWhereATypeMeetsAName() =>
        Gen.Select(Gen.Char["a-*"].Array[1, 4], Gen.Char["a-*"].Array[0, 3], Gen.Char["a-*"].Array[1, 4]).Sample((include, exclude, name) =>
        {
            var apart = new SliceConfig { Indices = new() { Include = [new(include)], Exclude = exclude.Length == 0 ? [] : [new(exclude)] }, Types = TypesChoice.IndexPerType };
            var plain = new SliceConfig { Indices = new() { Include = [new(name)] } };
            var found = OverlapSearch.Among(SliceClaims.Of(Config([("s", "a", apart), ("t", "a", plain)])));
            var sources = NamesOf(5, "a-x").Where(index => Selects(apart, index));
            var meets = sources.Any(index => Selects(plain, index) || NamesOf(3, "a-x").Any(type => Selects(plain, $"{index}-{type}")));

            Assert.True(!meets || found.Count == 1, $"{Text(apart)} and {Text(plain)} meet");
        });

    [Theory]
    [InlineData("*")]
    [InlineData("logs-#-*")]
    [InlineData("logs-#")]
    [InlineData("*-#-x")]
    [InlineData("*a#*")]
    [InlineData("?og#")]
    [InlineData("regex:logs-#-\\d+")]
    public void Among_ThousandsOfSlices_LooksAtFewPairs(string pattern)
    {
        const int count = 5_000;
        var slices = Enumerable.Range(0, count).Select(i => ($"s{i % 7}", $"s{i:d4}", Of(pattern.Replace("#", $"{i:d4}", StringComparison.Ordinal))));
        OverlapSearch.Among(SliceClaims.Of(Config(slices)), out var pairs);

        Assert.InRange(pairs, 0, count * 100);
    }

    [Fact]
    public void Among_AllButWhatTheOthersTake_LooksAtFewPairsAndFindsNone()
    {
        const int count = 3_000;
        var others = Enumerable.Range(0, count).Select(i => $"l-{i:d4}-*").ToList();
        var rest = new SliceConfig { Indices = new() { Include = ["*"], Exclude = [.. others] } };
        var found = OverlapSearch.Among(SliceClaims.Of(Config([("s", "rest", rest), .. others.Select((pattern, i) => ("s", $"s{i}", Of(pattern)))])), out var pairs);

        Assert.Empty(found);
        Assert.Equal(count, pairs);
    }

    [Fact]
    public void Among_AThousandSlicesWithoutASelection_ReportsEachOnce() =>
        Assert.Equal(999, OverlapSearch.Among(SliceClaims.Of(Config(Enumerable.Range(0, 1_000).Select(i => ("s", $"s{i:d4}", new SliceConfig()))))).Count);

    [Fact]
    public void Among_MoreLeftOutThanIsLookedAt_IsFoundWithoutAnExample()
    {
        // Everything of one letter is left out, and nothing else: too much to look at, and a name is there all the same.
        var many = Enumerable.Range('a', 26).SelectMany(a => Enumerable.Range('a', 26).Select(b => $"x{(char)a}{(char)b}*")).Append("x").ToArray();
        var wide = new SliceConfig { Indices = new() { Include = ["x*"], Exclude = [.. many] } };
        var overlap = Assert.Single(OverlapSearch.Among(SliceClaims.Of(Config([("s", "a", wide), ("s", "b", Of("x*y", "x?y", "xx*"))]))));

        Assert.False(overlap.IsCertain);
        Assert.Null(overlap.Example);
    }

    private static SliceConfig Of(string include, params string[] exclude) => new() { Indices = new() { Include = [include], Exclude = [.. exclude] } };

    private static MigrationConfig Config(IEnumerable<(string Source, string Name, SliceConfig Slice)> slices)
    {
        var config = new MigrationConfig();
        return config with
        {
            Targets = config.Targets.Add("blue", new() { Endpoint = "https://blue.example:9200" }).Add("green", new() { Endpoint = "https://green.example:9200" }),
            Migrations = config.Migrations.AddRange(slices.GroupBy(slice => slice.Source).Select(group => KeyValuePair.Create(
                group.Key, new SourceMigrationConfig { Slices = new SourceMigrationConfig().Slices.AddRange(group.Select(slice => KeyValuePair.Create(slice.Name, slice.Slice))) }))),
        };
    }

    private static bool Meet(SliceConfig one, SliceConfig other) =>
        (one.Targets.IsEmpty || other.Targets.IsEmpty || one.Targets.Intersect(other.Targets).Any()) && Names.Any(name => Selects(one, name) && Selects(other, name));

    private static bool Selects(SliceConfig slice, string name) =>
        slice.Indices!.Include.Any(pattern => new IndexPattern(pattern).Matches(name)) && !slice.Indices.Exclude.Any(pattern => new IndexPattern(pattern).Matches(name));

    private static string Text(SliceConfig slice) =>
        $"{string.Join(',', slice.Indices!.Include)} -{string.Join(',', slice.Indices.Exclude)} to {string.Join(',', slice.Targets)}";

    private static IEnumerable<string> NamesOf(int lengthMax, string letters) => lengthMax == 0
        ? []
        : NamesOf(lengthMax - 1, letters).Prepend("").SelectMany(name => letters.Select(letter => name + letter)).Distinct();
}
