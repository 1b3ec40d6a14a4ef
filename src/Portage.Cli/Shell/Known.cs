using System.CommandLine.Completions;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Questions;
using Portage.Steps;

namespace Portage.Cli.Shell;

/// <summary>What completion offers for arguments: the names that this home knows at the moment.</summary>
internal static class Known
{
    /// <summary>Steps, and the slices, sources and snapshots whose subtrees they are.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Steps(Terminal terminal) => Of(terminal, (verb, home) =>
    {
        if (!home.Sessions.TryGetValue(verb.SessionName ?? home.ActiveSession, out var session))
        {
            return [];
        }

        var steps = StepQuestion.Known(StepCatalog.Planner, session);
        return steps.Select(step => step.Source)
            .Concat(steps.Where(step => step.Part is not null).Select(step => $"{step.Source}/{step.Part}"))
            .Concat(steps.Where(step => step.Target is not null).Select(step => Contexts.ScopeOf(step)))
            .Concat(steps.Select(step => step.ToString()));
    });

    /// <summary>Sessions.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Sessions(Terminal terminal) => Of(terminal, (_, home) => home.Sessions.Keys);

    /// <summary>Targets and sources that have an address.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Clusters(Terminal terminal) => Of(terminal, (verb, home) =>
        ConfigurationOf(home, verb.SessionName) is { } config ? ConfiguredCluster.All(config).Select(cluster => cluster.Name) : []);

    /// <summary>The configuration that is pending, else the current one; null where there is none.</summary>
    public static MigrationConfig? ConfigurationOf(HomeState home, string? session) =>
        home.Sessions.GetValueOrDefault(session ?? home.ActiveSession) is { } found && (found.Pending ?? found.Current) is { } revision
            ? ConfigurationReader.ReadCanonical(revision.Configuration).Config
            : null;

    private static Func<CompletionContext, IEnumerable<CompletionItem>> Of(Terminal terminal, Func<Verb, HomeState, IEnumerable<string>> names) => context =>
    {
        var verb = Verb.ForCompletion(terminal, context.ParseResult);
        return names(verb, verb.Access.Read()).Distinct(StringComparer.Ordinal).Select(name => new CompletionItem(name)).ToArray();
    };
}
