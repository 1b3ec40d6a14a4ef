using System.Text.RegularExpressions;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>What a newcomer reads first is what the program prints, word for word; times, and hashes of plans, are others each time.</summary>
public sealed partial class TranscriptTests
{
    private const string Prompt = "$ workflow ";
    private const string Question = "Approve which? ";

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/guide/first-migration.md")]
    public async Task Transcript_OfADocument_IsWhatComesOfItsCommands(string document)
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions { ClusterName = "blue", Credentials = new("admin", "secret") }, TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        await workflow.WriteAsync("shop.yaml", Samples.Configuration(target.Endpoint, workflow["repository"], backfill: "{}", metadata: "{}", auth: "{ basic: { secret: blue-admin } }"));
        (await workflow.PipeAsync("admin:secret", "credentials", "create", "blue-admin")).Expect(0);

        var commands = Commands(await File.ReadAllLinesAsync(Path.Combine(Checkout.Root, document), TestContext.Current.CancellationToken)).ToArray();
        Assert.True(commands.Length > 3, $"{document} shows no transcript.");
        foreach (var (command, output) in commands)
        {
            await CheckAsync(workflow, command.Replace("/mnt/snapshots", workflow["repository"], StringComparison.Ordinal), output);
        }
    }

    private static async Task CheckAsync(Workflow workflow, string command, IReadOnlyList<string> output)
    {
        if (output.FirstOrDefault(line => line.StartsWith(Question, StringComparison.Ordinal)) is { } asked)
        {
            var answer = asked.LastIndexOf(": ", StringComparison.Ordinal) + 2;
            var answered = await TerminalTests.OnTerminalAsync(workflow.With("NO_COLOR", "1"), $"{asked[answer..]}\n", command, before: "stty cols 140; ");
            Assert.All(output.Select(line => line == asked ? line[..answer] : line), line => Assert.Contains(line, answered.Out, StringComparison.Ordinal));
            return;
        }

        // What is shown without what it prints is advice; only following the run to its end is part of the story.
        if (command.EndsWith("--watch", StringComparison.Ordinal))
        {
            (await workflow.ShellAsync($"workflow {command}")).Expect(0);
        }
        else if (output.Count > 0)
        {
            var ran = await workflow.ShellAsync($"workflow {command}");
            var printed = ran.Out.TrimEnd('\n').Split('\n').Where(line => !IsSeenOrNot().IsMatch(line));
            Assert.Equal([command, .. output.Select(Same)], [command, .. printed.Select(Same)]);
        }
    }

    /// <summary>The commands of all transcripts of a document, each with the lines below it.</summary>
    private static IEnumerable<(string Command, IReadOnlyList<string> Output)> Commands(IEnumerable<string> document)
    {
        var (isText, command, output) = (false, default(string), new List<string>());
        foreach (var line in document)
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            var begins = isText && line.StartsWith(Prompt, StringComparison.Ordinal);
            if ((isFence || begins) && command is not null)
            {
                yield return (command, output);
                (command, output) = (null, []);
            }

            if (isFence)
            {
                isText = line == "```text";
            }
            else if (begins)
            {
                command = line[Prompt.Length..];
            }
            else if (command is not null)
            {
                output.Add(line);
            }
        }
    }

    private static string Same(string line) => Plan().Replace(Time().Replace(line, "<time>"), "$1<plan>");

    /// <summary>A line that is there only where somebody looked in the middle of a step.</summary>
    [GeneratedRegex("^\\d\\d:\\d\\d:\\d\\d  (running | {9})")]
    private static partial Regex IsSeenOrNot();

    [GeneratedRegex("^\\d\\d:\\d\\d:\\d\\d")]
    private static partial Regex Time();

    [GeneratedRegex("([Pp]lan )[0-9a-f]{8}\\b")]
    private static partial Regex Plan();
}
