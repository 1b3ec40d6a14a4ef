using System.Text;
using System.Text.RegularExpressions;

namespace Portage.Scenarios;

/// <summary>
/// A transcript, run again: every line that begins with <c>$ </c> is run by bash (where <c>workflow</c> is the program), and what
/// comes of it is written below, with what differs from run to run named in angle brackets.
/// </summary>
internal sealed partial class Story(Workflow workflow, IReadOnlyDictionary<string, string> names)
{
    private const string Prompt = "$ ";

    private readonly Dictionary<string, string> _names = new(names, StringComparer.Ordinal);

    /// <summary>The text with the names filled in.</summary>
    public string Fill(string text) => _names.Aggregate(text, (filled, name) => filled.Replace($"<{name.Key}>", name.Value, StringComparison.Ordinal));

    /// <summary>Runs the commands of a transcript and returns the transcript that came of them.</summary>
    public async Task<string> RunAsync(string transcript)
    {
        var told = new StringBuilder();
        var isOutput = false;
        foreach (var line in transcript.Split('\n'))
        {
            if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                isOutput = true;
                told.Append(line).Append('\n');
                var ran = await workflow.ShellAsync(Fill(line[Prompt.Length..]));
                Learn(ran.Out);
                told.Append(Normalise(ran.Out));
                if (ran.ExitCode != 0)
                {
                    told.Append("[exit ").Append(ran.ExitCode).Append("]\n");
                }
            }
            else if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                told.Append(isOutput ? "\n" : "").Append(line).Append('\n');
                isOutput = false;
            }
        }

        return told.ToString();
    }

    private void Learn(string output)
    {
        if (PlanHash().Matches(output).LastOrDefault() is { } plan)
        {
            _names["plan"] = plan.Groups[1].Value;
        }

        if (Evidence().Matches(output).LastOrDefault() is { } evidence)
        {
            _names["evidence"] = evidence.Groups[1].Value;
        }
    }

    private string Normalise(string output)
    {
        var text = output.Replace(_names["endpoint"], "<endpoint>", StringComparison.Ordinal).Replace(workflow.Folder, "<folder>", StringComparison.Ordinal);
        text = LongDigest().Replace(text, "<digest>");
        text = PlanHash().Replace(text, match => match.Value.Replace(match.Groups[1].Value, "<plan>", StringComparison.Ordinal));
        text = Evidence().Replace(text, "--evidence <evidence>");
        text = AnotherPlan().Replace(text, "The plan is <digest> now, not $1");
        text = _names.TryGetValue("plan", out var plan) ? text.Replace(plan, "<plan>", StringComparison.Ordinal) : text;
        text = Version().Replace(text, "<version>");
        text = ShortDigest().Replace(text, "$1 <digest>");
        text = DateAndTime().Replace(text, "<time>");
        text = TimeOfDay().Replace(text, "<time>");
        text = Controller().Replace(text, "$1<process>");
        text = After().Replace(text, "after <duration>");
        text = Position().Replace(text, "$1<position>");
        return text.Length > 0 && text[^1] != '\n' ? $"{text}\n" : text;
    }

    [GeneratedRegex("(?:[Pp]lan |--plan )([0-9a-f]{8})\\b")]
    private static partial Regex PlanHash();

    [GeneratedRegex("--evidence ([0-9a-f]{8})\\b")]
    private static partial Regex Evidence();

    [GeneratedRegex("The plan is [0-9a-f]{8} now, not ([0-9a-f]{8})")]
    private static partial Regex AnotherPlan();

    [GeneratedRegex("\\b\\d+\\.\\d+\\.\\d+\\+[0-9a-f]{40}\\b")]
    private static partial Regex Version();

    [GeneratedRegex("\\b[0-9a-f]{64}\\b")]
    private static partial Regex LongDigest();

    [GeneratedRegex("\\b(fingerprint|digest) [0-9a-f]{8}\\b")]
    private static partial Regex ShortDigest();

    [GeneratedRegex("\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)?")]
    private static partial Regex DateAndTime();

    [GeneratedRegex("^\\d\\d:\\d\\d:\\d\\d", RegexOptions.Multiline)]
    private static partial Regex TimeOfDay();

    [GeneratedRegex("(controller |\"controller\": )\\d+")]
    private static partial Regex Controller();

    [GeneratedRegex("(\"?position\"?: )\\d+")]
    private static partial Regex Position();

    [GeneratedRegex("after \\d+ (min \\d+ )?s\\b")]
    private static partial Regex After();
}
