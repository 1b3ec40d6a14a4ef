using System.Globalization;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary><c>workflow log</c>: the newest lines, those since a time, and readers that leave.</summary>
public sealed class LogTests
{
    private const int Lines = 500;

    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Log_TailAndSince_ShowTheNewestOnly()
    {
        await using var workflow = new Workflow();
        WriteLogs(workflow);

        Assert.Equal(2 * Lines, Count(await workflow.RunAsync("log")));
        Assert.Equal(["worker 499", "controller 499"], Messages(await workflow.RunAsync("log", "--tail", "2")));
        Assert.Empty((await workflow.RunAsync("log", "--tail", "0")).Expect(0).Out);
        Assert.Equal(2 * Lines, Count(await workflow.RunAsync("log", "--tail", "5000")));
        Assert.Equal(20, Count(await workflow.RunAsync("log", "--since", "2026-11-28T11:50:00Z")));
        Assert.Equal(6, Count(await workflow.RunAsync("log", "--since", "2026-11-28 11:50", "--tail", "6")));
        (await workflow.RunAsync("log", "--since", "yesterdy")).Expect(2).Says("'yesterdy' is no time", "15m");
        (await workflow.RunAsync("log", "--tail", "-1")).Expect(2);
    }

    [Fact]
    public async Task Log_OfAStep_FindsItInBothFormsAndWritesItAsItIsTyped()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: none }"));
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        var raw = string.Concat(Directory.EnumerateFiles(Path.Combine(workflow.Home, "logs")).Select(File.ReadAllText));

        Assert.Contains("\"step\":\"shop/orders@blue:backfill\"", raw, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u00", raw, StringComparison.Ordinal);
        Assert.NotEqual(0, Count(await workflow.RunAsync("log", "shop/orders@blue:backfill")));
    }

    [Fact]
    public async Task Log_AsYaml_IsADocumentALine()
    {
        await using var workflow = new Workflow();
        WriteLogs(workflow);

        var text = (await workflow.RunAsync("log", "--tail", "2", "--yaml")).Expect(0).Out;
        Assert.Equal(2, text.Split('\n').Count(line => line == "---"));
        var stream = new YamlDotNet.RepresentationModel.YamlStream();
        stream.Load(new StringReader(text));
        Assert.Equal(["worker 499", "controller 499"], stream.Documents.Select(document => $"{document.RootNode["message"]}"));
    }

    [Theory]
    [InlineData("log --follow")]
    [InlineData("log --follow --tail 3")]
    public async Task LogFollow_ReaderLeaves_EndsWithoutAnotherLine(string verb)
    {
        await using var workflow = new Workflow();
        WriteLogs(workflow);

        Assert.Equal("0\n", (await workflow.ShellAsync($"workflow {verb} | head -1 > /dev/null; echo ${{PIPESTATUS[0]}}")).Out);
    }

    [Fact]
    public async Task Log_NothingLogged_SaysSo()
    {
        await using var workflow = new Workflow();

        (await workflow.RunAsync("log")).Expect(0).Says("Nothing has been logged in");
    }

    [Fact]
    public async Task ReadNew_LinesThatGrow_AreReadOnceAndWhole()
    {
        using var folder = new TempFolder();
        var home = new Home(folder.Path);
        Directory.CreateDirectory(home.Logs);
        var path = Path.Combine(home.Logs, "worker-20261128.jsonl");
        var files = new LogFiles(home);
        var (first, second) = (Line(Now, "worker", "ü" + new string('x', 100_000)), Line(Now, "worker", "second"));

        File.WriteAllText(path, $"{first}\nno json\n{second[..20]}");
        Assert.Equal([first], await NewAsync(files));
        File.AppendAllText(path, $"{second[20..]}\n");
        Assert.Equal([second], await NewAsync(files));
        Assert.Empty(await NewAsync(files));
    }

    [Theory]
    [InlineData("15m", "2026-11-28T11:45:00Z")]
    [InlineData("1h30m", "2026-11-28T10:30:00Z")]
    [InlineData("2d", "2026-11-26T12:00:00Z")]
    [InlineData("90s", "2026-11-28T11:58:30Z")]
    [InlineData("11:30", "2026-11-28T11:30:00Z")]
    [InlineData("12:30", "2026-11-27T12:30:00Z")]
    [InlineData("2026-11-28", "2026-11-28T00:00:00Z")]
    [InlineData("2026-11-28T10:00+02:00", "2026-11-28T08:00:00Z")]
    [InlineData("2026-11-28T10:00:05.5Z", "2026-11-28T10:00:05.5Z")]
    public void TryParse_ATimeOfPeople_IsTheMomentMeant(string text, string expected)
    {
        Assert.True(Moments.TryParse(text, Now, TimeZoneInfo.Utc, out var moment));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), moment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("m")]
    [InlineData("30m1h")]
    [InlineData("-5m")]
    [InlineData("123456d")]
    public void TryParse_NoTime_IsRefused(string text) => Assert.False(Moments.TryParse(text, Now, TimeZoneInfo.Utc, out _));

    private static async Task<string[]> NewAsync(LogFiles files) =>
        [.. await files.ReadNewAsync(null, _ => true, TestContext.Current.CancellationToken).Select(line => line.Json).ToArrayAsync(TestContext.Current.CancellationToken)];

    private static void WriteLogs(Workflow workflow)
    {
        var folder = Directory.CreateDirectory(Path.Combine(workflow.Home, "logs")).FullName;
        foreach (var service in (string[])["worker", "controller"])
        {
            for (var i = 0; i < Lines; i++)
            {
                // A minute apart, the controller's half a minute later.
                var at = Now.AddMinutes(i - Lines).AddSeconds(service == "controller" ? 30 : 0);
                File.AppendAllText(Path.Combine(folder, $"{service}-{at:yyyyMMdd}.jsonl"), $"{Line(at, service, $"{service} {i}")}\n");
            }
        }
    }

    private static string Line(DateTimeOffset at, string service, string message) =>
        $$"""{"time":"{{at:O}}","level":"information","service":"{{service}}","event":1,"message":"{{message}}"}""";

    private static int Count(Ran ran) => ran.Expect(0).Out.Count(character => character == '\n');

    private static string[] Messages(Ran ran) =>
        [.. ran.Expect(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).TakeLast(2)))];
}
