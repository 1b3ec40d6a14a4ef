using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Portage.Cli.Shell;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;
using Portage.Sandbox;

namespace Portage.Cli.Commands;

/// <summary><c>workflow sandbox</c>: a throw-away cluster to play with.</summary>
internal static class SandboxCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("sandbox", "A small cluster in this process, to play with. It keeps everything in memory.");
        var port = new Option<int>("--port", "-p") { Description = "The loopback port; 0 takes a free one.", DefaultValueFactory = _ => 9200 };
        var version = new Option<string>("--version-reported") { Description = "What it says it is.", DefaultValueFactory = _ => "OS 2.19.1", HelpName = "VERSION" };
        var start = new Command("start", "Serve it until Ctrl-C.") { port, version };
        Verb.Does(start, terminal, (verb, cancellationToken) => StartAsync(verb, verb.Parsed.GetValue(port), verb.Parsed.GetValue(version)!, cancellationToken));
        command.Subcommands.Add(start);
        return command;
    }

    private static async Task<int> StartAsync(Verb verb, int port, string versionText, CancellationToken cancellationToken)
    {
        if (!ClusterVersion.TryParse(versionText, out var version))
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"'{versionText}' is no version such as 'OS 2.19.1' or 'ES 7.10.2'."));
            return ExitCode.BadInput;
        }

        if (port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"{port} is no port: it is a number from 1 to {IPEndPoint.MaxPort}, or 0 for a free one.") with { Command = "workflow sandbox start --port 0" });
            return ExitCode.BadInput;
        }

        try
        {
            await using var cluster = await SandboxCluster.StartAsync(new SandboxOptions { Port = port, Version = version }, cancellationToken);
            await verb.Terminal.Out.WriteLineAsync($"{version} sandbox at {cluster.Endpoint}. Try: curl {cluster.Endpoint}/_cat/indices?v   Ctrl-C ends it.");
            await verb.Terminal.Out.FlushAsync(cancellationToken);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, verb.Time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await verb.Terminal.Out.WriteLineAsync("The sandbox is gone, with everything in it.");
            }

            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"Port {port} cannot be used: {e.Message}") with { Command = "workflow sandbox start --port 0" });
            return ExitCode.BadInput;
        }
    }
}
