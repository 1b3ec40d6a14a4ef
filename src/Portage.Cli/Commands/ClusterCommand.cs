using System.CommandLine;
using System.Text;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Cli.Commands;

/// <summary><c>workflow cluster</c>: look at the clusters that the configuration names, with its credentials.</summary>
internal static class ClusterCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("cluster", "Talk to the clusters of the configuration, with their credentials.");
        var checkedName = ClusterName(terminal);
        var check = new Command("check-connection", "Connect, and say what each cluster is. Exit code 1 when one cannot be used.") { checkedName };
        Verb.Does(check, terminal, (verb, cancellationToken) => CheckAsync(verb, verb.Parsed.GetValue(checkedName), cancellationToken), Shape.Connections);

        var listedName = ClusterName(terminal);
        var list = new Command("cat-indices", "List the indices of each cluster.") { listedName };
        Verb.Does(list, terminal, (verb, cancellationToken) => ListAsync(verb, verb.Parsed.GetValue(listedName), cancellationToken), Shape.ClusterIndices);
        foreach (var subcommand in (Command[])[check, list, ClusterCurl.Make(terminal)])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static Argument<string?> ClusterName(Terminal terminal)
    {
        var argument = new Argument<string?>("cluster") { Description = "A target, or the source of a migration, by name. Default: those of the context, else all.", Arity = ArgumentArity.ZeroOrOne };
        argument.CompletionSources.Add(Known.Clusters(terminal));
        return argument;
    }

    private static async Task<int> CheckAsync(Verb verb, string? name, CancellationToken cancellationToken)
    {
        if (await ConfiguredCluster.FindAsync(verb, name, cancellationToken) is not var (config, clusters))
        {
            return ExitCode.BadInput;
        }

        var probe = new Probe(verb.Secrets, verb.Time);
        var asked = clusters.Select(cluster => cluster.IsTarget ? probe.Target(config, cluster.Name) : probe.Source(config, cluster.Name));
        var results = await Probing.AllAsync(verb, asked, cancellationToken);
        ValidationView.Write(verb.Terminal, verb.Output, results);
        return results.Any(result => result.Problem is not null) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<int> ListAsync(Verb verb, string? name, CancellationToken cancellationToken)
    {
        if (await ConfiguredCluster.FindAsync(verb, name, cancellationToken) is not var (config, clusters))
        {
            return ExitCode.BadInput;
        }

        var answers = new List<(ConfiguredCluster Cluster, ReadOnlyMemory<byte> Indices)>();
        var hasFailed = false;
        foreach (var cluster in clusters)
        {
            try
            {
                using var client = await cluster.ConnectAsync(config, verb, cancellationToken);
                if (verb.Output != OutputFormat.Text)
                {
                    answers.Add((cluster, await ClusterAccess.TryAsync(cluster.Path, () => client.RequestAsync(HttpMethod.Get, "/_cat/indices?format=json&s=index", null, cancellationToken))));
                    continue;
                }

                // Who it is first: what is no cluster answers with a page of its own.
                var info = await ClusterAccess.TryAsync(cluster.Path, () => client.GetInfoAsync(cancellationToken));
                var reply = await ClusterAccess.TryAsync(cluster.Path, () => client.SendAsync(HttpMethod.Get, "/_cat/indices?v&s=index", null, null, cancellationToken));
                await verb.Terminal.Out.WriteLineAsync($"{(cluster == clusters[0] ? "" : "\n")}{verb.Terminal.Paint($"{cluster}: {info.Version}", Ink.Bold)}");
                await verb.Terminal.Out.WriteAsync(Encoding.UTF8.GetString(reply.Body.Span));
                hasFailed |= !reply.IsSuccess;
            }
            catch (StepException failure)
            {
                hasFailed = true;
                verb.Say(failure.Because with { Path = failure.Because.Path ?? cluster.Path });
            }
        }

        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, Shape.ClusterIndices, json => ClusterJson.Write(json, answers));
        }

        return hasFailed ? ExitCode.Failed : ExitCode.Done;
    }
}
