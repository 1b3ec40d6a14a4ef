using Portage.Mutations;

namespace Portage.Repo;

/// <summary>The list of mutations is only of use while each of them is a mistake in the code of today.</summary>
public sealed class MutationsTests
{
    [Fact]
    public void List_EveryMutation_AppliesOnceAndNamesItsTests() =>
        Complaints.None(MutationList.Problems(Checkout.Root, MutationList.Read(Checkout.Root)));

    [Fact]
    public void Readme_MutationScore_IsTheOneThatWasMeasured()
    {
        var measured = RepoFile.All.SingleOrDefault(file => file.Path == ResultsPage.Name)?.Lines.Single(IsScore);
        var told = RepoFile.All.Single(file => file.Path == "tests/README.md").Lines.Where(IsScore).ToArray();
        Assert.Equal(measured is null ? [] : [measured], told);

        static bool IsScore(string line) => line.StartsWith(ResultsPage.ScoreWords, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_ListThatRots_AreTold()
    {
        using var root = new TempFolder();
        Directory.CreateDirectory(root["src"]);
        Directory.CreateDirectory(root["tests/Portage.X.Tests"]);
        File.WriteAllText(root["src/A.cs"], "one; two; two; three;");
        File.WriteAllText(root["tests/Portage.X.Tests/ATests.cs"], "public sealed class ATests { public void One_IsSeen_Fails() }");
        var mutations = MutationList.Parse("Area", """
            # one that applies, and some that do not
            [1] sound
            file: src/A.cs
            tests: X.Tests ATests ATests.One_IsSeen_Fails
            - one;
            + if (!MUTANT) { one; }
            [2] twice
            file: src/A.cs
            tests: X.Tests ATests
            - two;
            + MUTANT
            [3] gone
            file: src/A.cs
            tests: X.Tests BTests ATests.Two_IsSeen_Fails
            - four;
            + MUTANT
            [4] no file
            file: src/B.cs
            tests: Y.Tests ATests
            - one;
            + MUTANT
            [4] no switch
            file: src/A.cs
            - three;
            + four;
            """.Split('\n'));

        Assert.Equal(
            [
                "[4] stands there 2 times",
                "Area [2]: src/A.cs has its text 2 times; a mutation applies at one place",
                "Area [3]: src/A.cs has its text 0 times; a mutation applies at one place",
                "Area [3]: X.Tests has no BTests",
                "Area [3]: X.Tests has no ATests.Two_IsSeen_Fails",
                "Area [4]: src/B.cs is not there",
                "Area [4]: Y.Tests has no ATests",
                "Area [4]: no MUTANT in its replacement",
                "Area [4]: no tests",
            ],
            MutationList.Problems(root.Path, [.. mutations]));
    }

    [Fact]
    public void Rounds_MutationsOfOneText_AreBuiltApart()
    {
        using var root = new TempFolder();
        File.WriteAllText(root["A.cs"], "a + 1; b;");
        var mutations = MutationList.Parse("Area", """
            [1] one less
            file: A.cs
            - a + 1;
            + a + (MUTANT ? 0 : 1);
            [2] one more
            file: A.cs
            - + 1;
            + + (MUTANT ? 2 : 1);
            [3] another place
            file: A.cs
            - b;
            + if (!MUTANT) { b; }
            """.Split('\n')).ToArray();

        var rounds = Weaving.Rounds(root.Path, mutations);

        Assert.Equal([[1, 3], [2]], rounds.Select(round => round.Select(mutation => mutation.Id)));
        Assert.Equal(
            "a + (global::PortageMutant.Is(1) ? 0 : 1); if (!global::PortageMutant.Is(3)) { b; }",
            Weaving.Weave("a + 1; b;", rounds[0]));
    }
}
