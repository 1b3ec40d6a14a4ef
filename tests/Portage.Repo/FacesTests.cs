using System.Text.RegularExpressions;

namespace Portage.Repo;

/// <summary>Views render values: who asks, what is done and what the process says at its end is not theirs. So that the next face begins with the same values.</summary>
public sealed partial class FacesTests
{
    [Fact]
    public void Views_AnyLine_NeitherAsksNorDecides() =>
        Complaints.None(Complaints.Lines(Files("src/Portage.Cli/Views"), Asking().IsMatch, "a view is given its value"));

    [Fact]
    public void Contracts_AnyLine_NeitherAsksNorDecides() =>
        Complaints.None(Complaints.Lines(Files("src/Portage.Cli/Contracts"), Asking().IsMatch, "a shape is given its value"));

    /// <summary>Words are for people, and change. One file shortens sentences of the parser, which tells nothing else; no decision hangs on them.</summary>
    [Fact]
    public void Cli_AnyLine_DecidesNothingByAMessage() =>
        Complaints.None(Complaints.Lines(Files("src/Portage.Cli").Where(file => file.Name != "CommandLineErrors.cs"), ByWords().IsMatch, "decided by the words of a message"));

    /// <summary>Only the home's own process knows a ledger's file; every face reads through the port.</summary>
    [Fact]
    public void Cli_AnyLine_OpensNoLedger() =>
        Complaints.None(Complaints.Lines(Files("src/Portage.Cli"), line => line.Contains("SqliteLedger", StringComparison.Ordinal), "reads the ledger by itself"));

    [Fact]
    public void Asking_OfLinesThatDo_IsFound()
    {
        Assert.Matches(Asking(), "    public static int Write(Verb verb)");
        Assert.Matches(Asking(), "        return ExitCode.Done;");
        Assert.Matches(Asking(), "        File.ReadAllText(path)");
        Assert.Matches(ByWords(), "result.Messages.Any(text => text.Contains(\"is pending\", StringComparison.Ordinal))");
        Assert.Matches(ByWords(), "e.Message.Contains(\"Broken pipe\", StringComparison.Ordinal)");
        Assert.Matches(ByWords(), "steps[i].Situation.StartsWith(Plain, StringComparison.Ordinal)");
    }

    private static IEnumerable<RepoFile> Files(string folder) => RepoFile.All.Where(file => file.Is(".cs") && file.IsBelow(folder));

    [GeneratedRegex(@"\bVerb\b|\bExitCode\b|\bHomeAccess\b|\bIHome\b|\b(File|Directory)\.|\bSqlite|\bawait\b|\bOperationRules\b|\bOperation\.", RegexOptions.CultureInvariant)]
    private static partial Regex Asking();

    [GeneratedRegex(@"(Messages?\b.*|Situation|Detail|Summary|Text)\.(Contains|StartsWith|EndsWith|IndexOf|Split)\(", RegexOptions.CultureInvariant)]
    private static partial Regex ByWords();
}
