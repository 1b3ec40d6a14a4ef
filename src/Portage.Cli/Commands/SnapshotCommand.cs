using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Steps.Reading;

namespace Portage.Cli.Commands;

/// <summary><c>workflow snapshot</c>: read any repository, with no cluster and no configuration.</summary>
internal static class SnapshotCommand
{
    public static Command Make(Terminal terminal)
    {
        var repository = new NamedRepository();
        var command = new Command("snapshot", "Read a snapshot repository, with no cluster and no configuration.");

        var list = new Command("list", "List the snapshots of the repository.");
        Verb.Does(list, terminal, async (verb, cancellationToken) =>
        {
            var opened = await repository.OpenAsync(verb, cancellationToken);
            SnapshotView.Write(verb.Terminal, verb.Output, opened);
            return ExitCode.Done;
        }, Shape.SnapshotList);

        var inspected = new Argument<string>("snapshot") { Description = "Its name or uuid." };
        var inspect = new Command("inspect", "Show what is in a snapshot: indices, shards, sizes, templates, failures.") { inspected };
        Verb.Does(inspect, terminal, async (verb, cancellationToken) =>
        {
            var opened = await repository.OpenAsync(verb, cancellationToken);
            var snapshot = await SnapshotAccess.TryAsync(null, async () => await opened.OpenSnapshotAsync(verb.Parsed.GetValue(inspected)!, cancellationToken));
            var inspection = await SnapshotInspection.OfAsync(snapshot, cancellationToken);
            verb.Say([.. inspection.Problems]);
            SnapshotView.Write(verb.Terminal, verb.Output, inspection);
            return inspection.Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;
        }, Shape.SnapshotInspection);

        var read = new Argument<string>("snapshot") { Description = "Its name or uuid." };
        var index = new Option<string[]>("--index", "-i") { Description = "Only these indices: names, patterns with *, or regex:…; may be repeated. Default: all.", HelpName = "PATTERN" };
        var documents = new Command("documents", "Print the documents as JSON lines: index, type (where there are types), id, routing, parent, timestamp and expiry (where Elasticsearch up to 2.x stored them), and source: its exact text, or as the server shows it where none is stored; as JSON where it was sent as CBOR, SMILE or YAML; sourceBase64 where it is no text.") { read, index };
        Verb.Does(documents, terminal, async (verb, cancellationToken) =>
        {
            var opened = await repository.OpenAsync(verb, cancellationToken);
            var snapshot = await SnapshotAccess.TryAsync(null, async () => await opened.OpenSnapshotAsync(verb.Parsed.GetValue(read)!, cancellationToken));
            return await SnapshotDocuments.WriteAsync(verb, snapshot, verb.Parsed.GetValue(index) ?? [], cancellationToken);
        });
        foreach (var subcommand in (Command[])[list, inspect, documents])
        {
            command.Subcommands.Add(subcommand);
        }

        repository.AddTo(command);

        return command;
    }
}
