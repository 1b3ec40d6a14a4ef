using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Engine.Core;
using Portage.Engine.Looking;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Steps;

namespace Portage.Cli.Shell;

/// <summary>How a verb writes its result.</summary>
internal enum OutputFormat
{
    Text,
    Json,
    Yaml,
}

/// <summary>What every verb works with.</summary>
internal sealed class Verb
{
    public static readonly Option<string?> SessionOption = new("--session") { Description = "Act on this session instead of the active one.", Recursive = true, HelpName = "NAME" };

    public static readonly Option<OutputFormat> OutputOption = new("--output", "-o") { Description = "text for people (the default), json or yaml for programs.", Recursive = true, HelpName = "text|json|yaml", CustomParser = ParseOutput };

    public static readonly Option<bool> JsonOption = new("--json") { Description = "Short for --output json.", Recursive = true };

    public static readonly Option<bool> YamlOption = new("--yaml") { Description = "Short for --output yaml.", Recursive = true };

    private static readonly ConditionalWeakTable<Command, Shape[]> Shapes = [];

    static Verb()
    {
        // The names of the members are not the words.
        OutputOption.CompletionSources.Clear();
        OutputOption.CompletionSources.Add("text", "json", "yaml");
        JsonOption.Validators.Add(result => Only(result, result.GetValue(YamlOption) || result.GetResult(OutputOption) is { Implicit: false }));
        YamlOption.Validators.Add(result => Only(result, !result.GetValue(JsonOption) && result.GetResult(OutputOption) is { Implicit: false }));

        static void Only(OptionResult result, bool hasAnother)
        {
            // Options of every verb are looked at also where they were not given.
            if (hasAnother && !result.Implicit)
            {
                result.AddError("Only one of --output, --json and --yaml can be given.");
            }
        }
    }

    private Verb(Terminal terminal, ParseResult parsed)
    {
        (Terminal, Parsed) = (terminal, parsed);
        Home = Home.Find(Environment.CurrentDirectory, Environment.GetEnvironmentVariable(Home.Variable));
        Access = new(Home, StepCatalog.Planner, Time);
    }

    public Terminal Terminal { get; }

    public ParseResult Parsed { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    public Home Home { get; }

    public HomeAccess Access { get; }

    public OutputFormat Output => Parsed.GetValue(JsonOption) ? OutputFormat.Json : Parsed.GetValue(YamlOption) ? OutputFormat.Yaml : Parsed.GetValue(OutputOption);

    /// <summary>The session named; null for the active one.</summary>
    public string? SessionName => Parsed.GetValue(SessionOption);

    /// <summary>Who does it, for the history.</summary>
    public static string Author => Environment.GetEnvironmentVariable("PORTAGE_AUTHOR") is { Length: > 0 } named ? named : Environment.UserName;

    /// <summary>This program, to start it again in the background.</summary>
    public static IReadOnlyList<string> Program => Environment.ProcessPath is { } path && !Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.Ordinal)
        ? [path]
        : [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "workflow.dll")];

    public LocalSecrets Secrets => new(Home, Environment.GetEnvironmentVariable);

    /// <summary>What a step of a session remembers, by the identity of its work.</summary>
    public IStepFiles FilesOf(string session, StepAddress step, Fingerprint identity)
    {
        var folders = new WorkFolders(Home, Time);
        return folders.Files(folders.Of(session, step, identity));
    }

    /// <summary>What completion works with: nothing is said, whatever is wrong.</summary>
    public static Verb ForCompletion(Terminal terminal, ParseResult parsed) => new(terminal, parsed);

    /// <summary>Gives a command what it does.</summary>
    /// <param name="shapes">What it answers to programs. None when its output has one form: another one asked for is refused, not ignored.</param>
    public static void Does(Command command, Terminal terminal, Func<Verb, CancellationToken, Task<int>> work, params Shape[] shapes)
    {
        Shapes.Add(command, shapes);
        command.SetAction((parsed, cancellationToken) =>
        {
            var verb = new Verb(terminal, parsed);
            if (shapes.Length == 0 && verb.Output != OutputFormat.Text)
            {
                verb.SayOneForm(command.Name);
                return Task.FromResult(ExitCode.BadInput);
            }

            return work(verb, cancellationToken);
        });
    }

    /// <summary>What a command answers to programs; none for one with a single form of output.</summary>
    public static IReadOnlyList<Shape> ShapesOf(Command command) => Shapes.TryGetValue(command, out var shapes) ? shapes : [];

    /// <summary>Says that what was asked for has one form of output only.</summary>
    public void SayOneForm(string what) => Say(DiagnosticCatalog.BadUsage.Error(null, $"The output of '{what}' has one form only: leave --output, --json and --yaml out."));

    /// <summary>The session that the verb is about, in what is recorded; null when there is none, which has then been said.</summary>
    /// <param name="name">Another one than the verb's.</param>
    public async Task<Asked?> FindSessionAsync(CancellationToken cancellationToken, string? name = null) =>
        Said(Asked.Find(await Access.ReadAsync(cancellationToken), name ?? SessionName, Access.Place));

    /// <summary>Where the steps of a session stand now.</summary>
    /// <param name="asked">What was read; takes in the news that the answer needs.</param>
    public async Task<StatusReport> StatusOfAsync(Asked asked, CancellationToken cancellationToken) =>
        await StatusLooks.AnswerAsync(StepCatalog.Planner, Access, asked, Time, cancellationToken);

    /// <summary>The answer; null where there is none, and then why has been said.</summary>
    public T? Said<T>((T? Answer, Diagnostic? Why) answered)
        where T : class
    {
        if (answered.Why is { } why)
        {
            Say(why);
        }

        return answered.Answer;
    }

    /// <summary>Performs an operation and says what came of it.</summary>
    /// <returns>The result; its errors have been said.</returns>
    public async Task<OperationResult> PerformAsync(Operation operation, CancellationToken cancellationToken)
    {
        var result = await Access.PerformAsync(operation, cancellationToken);
        Say([.. result.Diagnostics]);
        if (Output == OutputFormat.Text)
        {
            foreach (var message in result.Messages)
            {
                await Terminal.Out.WriteLineAsync(message);
            }
        }

        return result;
    }

    /// <summary>Makes sure that what was asked is carried out: begins a controller where that needs one and none is there, and says what goes on by that.</summary>
    /// <param name="operation">What was performed.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="started">The session whose run it began; null for none.</param>
    /// <returns>False where there is none, which has been said; and the result, with what was said.</returns>
    public async Task<(bool Done, OperationResult Result)> EnsureControllerAsync(Operation operation, OperationResult result, string? started, CancellationToken cancellationToken)
    {
        // Looked for first: what is read afterwards, nobody has gone on with.
        if (Access.FindController() is not null)
        {
            return (true, result);
        }

        var state = await Access.ReadAsync(cancellationToken);
        if (!ControllerNeeds.IsNeededBy(StepCatalog.Planner, operation, result, state))
        {
            return (true, result);
        }

        var (done, goesOn) = await EnsureControllerAsync(state, started, cancellationToken);
        return (done, goesOn is null ? result : result with { Messages = [.. result.Messages, goesOn] });
    }

    /// <summary>Makes sure that there is a controller, and says what goes on by a new one.</summary>
    /// <param name="state">What is recorded.</param>
    /// <param name="started">The session whose run began only now; null for none.</param>
    public async Task<(bool Done, string? GoesOn)> EnsureControllerAsync(HomeState state, string? started, CancellationToken cancellationToken)
    {
        if (Access.FindController() is not null)
        {
            return (true, null);
        }

        var goesOn = ControllerNeeds.WhatGoesOn(state, started);
        if (await ControllerHost.EnsureAsync(Access, Program, Time, cancellationToken) is { } why)
        {
            Say(why);
            return (false, null);
        }

        if (goesOn is not null && Output == OutputFormat.Text)
        {
            await Terminal.Out.WriteLineAsync(goesOn);
        }

        return (true, goesOn);
    }

    private static OutputFormat ParseOutput(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "text":
                return OutputFormat.Text;
            case "json":
                return OutputFormat.Json;
            case "yaml":
                return OutputFormat.Yaml;
            case var other:
                result.AddError($"'{other}' is no output format: text, json or yaml.");
                return default;
        }
    }

    /// <summary>Writes diagnostics to standard error.</summary>
    public void Say(params ReadOnlySpan<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            Views.DiagnosticView.Write(Terminal, diagnostic);
        }
    }

    /// <summary>A logger that writes where <c>workflow log</c> reads.</summary>
    public static ILoggerFactory Logs(Home home, string service) =>
        LoggerFactory.Create(logging => logging.AddProvider(new JsonLinesLog(home.Logs, service, TimeProvider.System)).SetMinimumLevel(LogLevel.Information));
}
