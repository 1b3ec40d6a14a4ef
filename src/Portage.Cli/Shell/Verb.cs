using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Model.Diagnostics;
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

    /// <summary>What completion works with: nothing is said, whatever is wrong.</summary>
    public static Verb ForCompletion(Terminal terminal, ParseResult parsed) => new(terminal, parsed);

    /// <summary>Gives a command what it does.</summary>
    /// <param name="hasFormats">False when its output has one form: another one asked for is refused, not ignored.</param>
    public static void Does(Command command, Terminal terminal, Func<Verb, CancellationToken, Task<int>> work, bool hasFormats = true) =>
        command.SetAction((parsed, cancellationToken) =>
        {
            var verb = new Verb(terminal, parsed);
            if (!hasFormats && verb.Output != OutputFormat.Text)
            {
                verb.SayOneForm(command.Name);
                return Task.FromResult(ExitCode.BadInput);
            }

            return work(verb, cancellationToken);
        });

    /// <summary>Says that what was asked for has one form of output only.</summary>
    public void SayOneForm(string what) => Say(DiagnosticCatalog.BadUsage.Error(null, $"The output of '{what}' has one form only: leave --output, --json and --yaml out."));

    /// <summary>What is recorded, and the session that the verb is about; null when there is none, which has then been said.</summary>
    public (HomeState Home, SessionState Session)? FindSession()
    {
        var state = Access.Read();
        var name = SessionName ?? state.ActiveSession;
        if (state.Sessions.TryGetValue(name, out var session))
        {
            return (state, session);
        }

        Say(SessionName is null
            ? DiagnosticCatalog.NothingConfigured.Error(null, $"There is no configuration in {Home.Path} yet.") with { Command = "workflow configure --file FILE" }
            : DiagnosticCatalog.UnknownSession.Error(null, $"There is no session '{name}'{(state.Sessions.Count == 0 ? ", nor any other" : $"; there is {string.Join(", ", state.Sessions.Keys.Order(StringComparer.Ordinal))}")}.") with
            {
                DidYouMean = DidYouMean.Among(name, state.Sessions.Keys),
                Command = "workflow session list",
            });
        return null;
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

    /// <summary>Makes sure that what was asked is carried out: starts a controller where a run is under way and none is there.</summary>
    public async Task<bool> EnsureControllerAsync(CancellationToken cancellationToken)
    {
        if (!Access.Read().NeedsController)
        {
            return true;
        }

        if (await ControllerHost.EnsureAsync(Access, Program, Time, cancellationToken) is { } why)
        {
            Say(why);
            return false;
        }

        return true;
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
