using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Reflection;
using System.Text;
using Portage.Cli;
using Portage.Cli.Shell;

namespace Portage.Repo;

/// <summary>The reference page of the command line is written from the command tree.</summary>
public sealed class CliReferenceTests
{
    private static readonly (string Name, string Meaning)[] ExitCodes =
    [
        (nameof(ExitCode.Done), "done; of `plan`, also when there is something to do; of `start`, also when there is nothing to do"),
        (nameof(ExitCode.Failed), "failed: something was tried and did not work, or not all of it could be read"),
        (nameof(ExitCode.BadInput), "bad usage or configuration, or a refusal: nothing was changed"),
        (nameof(ExitCode.WaitsForApproval), "`start --attach` only: the run waits for a person"),
        (nameof(ExitCode.NothingToDo), "nothing to do where something was required: nothing to approve, to commit, to resume, to stop, to delete"),
        (nameof(ExitCode.Interrupted), "Ctrl-C; what runs in the background goes on"),
    ];

    [Fact]
    public void Page_OfTheCommandTree_IsUpToDate()
    {
        var page = new StringBuilder(
            """
            # The command line

            Written from the command tree by a test; change the commands in `src/Portage.Cli/Commands`, then run
            `UPDATE_GOLDEN=1 dotnet test --project tests/Portage.Repo`.

            Verbs read the nearest `.portage` folder upwards from the working directory, or the one that `PORTAGE_HOME` names; one is made in the
            working directory at the first edit. `workflow session=prod VERB` is short for `workflow --session prod VERB`. Results go to standard
            output, everything else to standard error. Colors are left out with `NO_COLOR`, and where nobody looks at a terminal.
            `PORTAGE_AUTHOR` names who edits and approves; without it, the user's login name does.

            ## Exit codes

            | code | meaning |
            | --- | --- |

            """);
        foreach (var (name, meaning) in ExitCodes)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {ValueOf(name)} | {meaning} |\n");
        }

        page.Append("\n## Options of every verb\n\n");
        var root = CommandTree.Make(TerminalOfNobody.Instance);
        WriteOptions(page, root.Options.Where(option => option is not HelpOption and not VersionOption));
        page.Append("\n`--help` explains any verb; `--version` says which release this is.\n");
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
        {
            Write(page, command, "workflow");
        }

        Golden.Verify(page.ToString(), "../../docs/reference/cli.md");
    }

    [Fact]
    public void ExitCodes_OfTheProgram_AreExplained() => Assert.Equal(
        typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name).Order(StringComparer.Ordinal),
        ExitCodes.Select(exitCode => exitCode.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Examples_OfEachVerb_AreThereAndCanBeTyped()
    {
        var root = CommandTree.Make(TerminalOfNobody.Instance);
        Complaints.None(
            from command in Below(root)
            where command.Action is not null
            let examples = Examples.Of(command)
            from complaint in examples.Count == 0
                ? ["has no example in Shell/Examples.cs"]
                : examples.Where(example => Redirected(example) is var words && (root.Parse(words, CommandTree.Reading) is var parsed && (parsed.Errors.Count > 0 || parsed.CommandResult.Command != command))).Select(example => $"'{example}' cannot be typed")
            select $"workflow {command.Name}: {complaint}");
    }

    /// <summary>The words of an example, up to where the shell sends its streams elsewhere.</summary>
    private static string[] Redirected(string example) => [.. ShellWords.Of(example).TakeWhile(word => word is not ("<" or ">" or ">>"))];

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.Where(subcommand => !subcommand.Hidden).SelectMany(subcommand => Below(subcommand).Prepend(subcommand));

    private static int ValueOf(string name) => (int)typeof(ExitCode).GetField(name)!.GetRawConstantValue()!;

    private static void Write(StringBuilder page, Command command, string parent)
    {
        var name = $"{parent} {command.Name}";
        var isGroup = command.Subcommands.Count > 0 && command.Action is null;
        page.Append(CultureInfo.InvariantCulture, $"\n{(parent == "workflow" ? "##" : "###")} {name}\n\n{command.Description}\n");
        if (!isGroup)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n```text\n{Usage(command, name)}\n```\n");
        }

        var arguments = command.Arguments.Where(argument => argument.Description is not null).ToArray();
        var options = command.Options.Where(option => !option.Hidden && option is not HelpOption).ToArray();
        if (arguments.Length + options.Length > 0)
        {
            page.Append('\n');
            foreach (var argument in arguments)
            {
                page.Append(CultureInfo.InvariantCulture, $"- `{argument.Name}`: {argument.Description}\n");
            }

            WriteOptions(page, options);
        }

        if (Examples.Of(command) is { Count: > 0 } examples)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n```sh\n{string.Concat(examples.Select(example => $"workflow {example}\n"))}```\n");
        }

        foreach (var subcommand in command.Subcommands.Where(subcommand => !subcommand.Hidden))
        {
            Write(page, subcommand, name);
        }
    }

    private static string Usage(Command command, string name)
    {
        var words = new List<string> { name };
        foreach (var argument in command.Arguments)
        {
            var shown = argument.Arity.MaximumNumberOfValues > 1 ? $"<{argument.Name}>..." : $"<{argument.Name}>";
            words.Add(argument.Arity.MinimumNumberOfValues == 0 ? $"[{shown}]" : shown);
        }

        var inherited = command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).SelectMany(parent => parent.Options).Where(option => option.Required);
        words.AddRange(command.Options.Concat(inherited).Where(option => option.Required).Select(option => $"{option.Name} {ValueName(option)}"));
        if (command.Options.Any(option => !option.Required && option is not HelpOption))
        {
            words.Add("[options]");
        }

        return string.Join(' ', words);
    }

    private static void WriteOptions(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            var names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name).Select(name => $"`{name}`"));
            var value = option.ValueType == typeof(bool) ? "" : $" `{ValueName(option)}`";
            var standard = option.HasDefaultValue && option.ValueType != typeof(bool) ? $" Default: `{option.GetDefaultValue()}`." : "";
            page.Append(CultureInfo.InvariantCulture, $"- {names}{value}: {option.Description}{standard}\n");
        }
    }

    private static string ValueName(Option option)
    {
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type.IsEnum ? string.Join('|', Enum.GetNames(type).Select(name => name.ToLowerInvariant()))
            : option.HelpName ?? (type == typeof(int) ? "NUMBER" : "VALUE");
    }
}
