using CsCheck;
using Portage.Configuration.Rules.Overlap;
using Portage.Model.Clusters;

namespace Portage.Configuration.Tests.Rules;

public sealed class NameSearchTests
{
    // Every name of up to five letters, which is more than the patterns below can tell apart.
    private static readonly string[] Names =
        [.. Enumerable.Range(1, 5).SelectMany(length => Enumerable.Range(0, (int)Math.Pow(3, length)).Select(number => Name(number, length)))];

    private static readonly Gen<string> Pattern = Gen.Char["ab*?"].Array[1, 4].Select(letters => new string(letters));

    [Fact]
    public void Find_AnyPatterns_FindsANameWhereThereIsOne() =>
        Gen.Select(Pattern.Array[1, 2], Pattern.Array[0, 2]).Sample((all, none) =>
        {
            var found = NameSearch.Find(all, none);
            bool Fits(string name) => all.All(pattern => new IndexPattern(pattern).Matches(name)) && !none.Any(pattern => new IndexPattern(pattern).Matches(name));
            if (found is not null)
            {
                Assert.True(Fits(found), $"{found} does not fit {string.Join(' ', all)} without {string.Join(' ', none)}");
            }
            else
            {
                Assert.DoesNotContain(Names, Fits);
            }
        });

    [Fact]
    public void Find_AStarAlone_FindsAName() => Assert.Equal("x", NameSearch.Find(["*"], []));

    [Fact]
    public void Find_HopelesslyEntangledPatterns_GivesUp()
    {
        string[] patterns = [.. Enumerable.Range(0, 8).Select(i => $"*{(char)('a' + i)}{string.Concat(Enumerable.Repeat("?", 12))}*z{i}")];
        Assert.Null(NameSearch.Find(patterns, []));
    }

    private static string Name(int number, int length)
    {
        var letters = new char[length];
        for (var i = 0; i < length; i++, number /= 3)
        {
            letters[i] = "abx"[number % 3];
        }

        return new(letters);
    }
}
