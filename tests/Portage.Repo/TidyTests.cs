using System.Text.RegularExpressions;

namespace Portage.Repo;

/// <summary>Small habits that no analyzer knows.</summary>
public sealed partial class TidyTests
{
    private const int SourceLinesMax = 500;

    // In two halves, so that this file does not find itself.
    private static readonly Regex OpenEnd = new("\\b(" + "TO" + "DO|FIX" + "ME)\\b(?!.*#\\d+)", RegexOptions.CultureInvariant);
    private const string NotWritten = "NotImplemented" + "Exception";

    [Fact]
    public void Text_WorkLeftOpen_NamesItsIssue() =>
        Complaints.None(Complaints.Lines(RepoFile.All.Where(file => !file.IsGolden), OpenEnd.IsMatch, "left open without an issue's number"));

    [Fact]
    public void Code_MethodNotWritten_IsAbsent() =>
        Complaints.None(Complaints.Lines(Code, line => line.Contains(NotWritten, StringComparison.Ordinal), "not written"));

    [Fact]
    public void Source_AnyFile_IsShort() =>
        Complaints.None(Code
            .Where(file => file.IsBelow("src"))
            .Select(file => (file, file.Lines.Length))
            .Where(pair => pair.Length > SourceLinesMax)
            .Select(pair => $"{pair.file}: {pair.Length} lines; {SourceLinesMax} is the limit"));

    [Fact]
    public void Text_AnyLine_NamesNoFolderOfOneMachine() =>
        Complaints.None(Complaints.Lines(RepoFile.All, FolderOfAMachine().IsMatch, "a folder of somebody's machine"));

    [Fact]
    public void Text_AnyFile_EndsItsLinesOneWay() =>
        Complaints.None(
            from file in RepoFile.All
            where !file.IsGolden
            let text = file.Text
            let complaint = text.Contains('\r', StringComparison.Ordinal) ? "has carriage returns" : text.Length > 0 && text[^1] != '\n' ? "does not end with a line end" : null
            where complaint is not null
            select $"{file}: {complaint}");

    [Fact]
    public void Text_AnyLine_EndsWithoutBlanks() =>
        Complaints.None(Complaints.Lines(RepoFile.All.Where(file => !file.IsGolden), line => line.Length > 0 && char.IsWhiteSpace(line[^1]), "blanks at the end"));

    [Fact]
    public void Code_AnyLine_HasNoTabs() =>
        Complaints.None(Complaints.Lines(Code, line => line.Contains('\t', StringComparison.Ordinal), "a tab"));

    [Fact]
    public void Tests_AnyMethod_IsNamedMethodSituationOutcome() =>
        Complaints.None(
            from file in Code
            where file.IsBelow("tests")
            from Match method in TestMethod().Matches(file.Text)
            let name = method.Groups["name"].Value
            where !ThreeParts().IsMatch(name)
            select $"{file}: {name} has not the shape Method_Situation_Outcome");

    [Fact]
    public void Tests_AnyLine_WaitsForNoFixedTime() =>
        Complaints.None(Complaints.Lines(Code.Where(file => file.IsBelow("tests")), FixedWait().IsMatch, "waits a fixed time"));

    /// <summary>In .NET 10, a wait that is cancelled and the next one of the same channel race, and the next may never end (dotnet/runtime #131141).</summary>
    [Fact]
    public void Source_WaitOnAChannel_IsNeverCancelled() =>
        Complaints.None(Complaints.Lines(Code.Where(file => file.IsBelow("src")), CancelledWait().IsMatch, "a wait on a channel that can be cancelled: keep one wait, and stop waiting for it"));

    [Fact]
    public void Scripts_AnyFile_IsExecutable() =>
        Complaints.None(
            from file in RepoFile.All
            where file.Is(".sh") || Path.GetExtension(file.Path).Length == 0
            let isScript = file.Text.StartsWith("#!", StringComparison.Ordinal)
            let isExecutable = (File.GetUnixFileMode(file.FullPath) & UnixFileMode.UserExecute) != 0
            where isScript != isExecutable || (file.Is(".sh") && !isScript)
            select $"{file}: {(isScript ? "a script that is not executable" : "executable, or named .sh, without #!")}");

    private static IEnumerable<RepoFile> Code => RepoFile.All.Where(file => file.Is(".cs"));

    [GeneratedRegex(@"\.Reader\.(ReadAsync|WaitToReadAsync|ReadAllAsync)\((?!CancellationToken\.None|\))", RegexOptions.CultureInvariant)]
    private static partial Regex CancelledWait();

    [GeneratedRegex(@"(?<![\w>}\]*.…])/(home|root|work|Users)/\w", RegexOptions.CultureInvariant)]
    private static partial Regex FolderOfAMachine();

    [GeneratedRegex(@"\[(Fact|Theory)\b[^\n]*\n(\s*\[[^\n]*\n)*\s*public [^(\n]*?(?<name>\w+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex TestMethod();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*_[A-Z][A-Za-z0-9]*_[A-Z][A-Za-z0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex ThreeParts();

    [GeneratedRegex(@"Thread\.Sleep\(|Task\.Delay\((\d|TimeSpan\.From\w+\(\d)", RegexOptions.CultureInvariant)]
    private static partial Regex FixedWait();
}
