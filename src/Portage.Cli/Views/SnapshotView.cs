using System.Globalization;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Cli.Views;

/// <summary>Repositories and snapshots, without a cluster.</summary>
internal static class SnapshotView
{
    public static void Write(Terminal terminal, OutputFormat format, SnapshotRepository repository)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.SnapshotList, json => SnapshotJson.Write(json, repository));
            return;
        }

        var width = repository.Snapshots.Count == 0 ? 0 : repository.Snapshots.Max(entry => entry.Name.Length);
        foreach (var entry in repository.Snapshots)
        {
            terminal.Out.WriteLine($"{entry.Name.PadRight(width)}  {entry.State.ToWord(),-8}  {entry.Indices?.Count.ToString(CultureInfo.InvariantCulture) ?? "?",5} {(entry.Indices?.Count == 1 ? "index  " : "indices")}  {entry.Version ?? "",-8}  {entry.Uuid}");
        }

        if (repository.Snapshots.Count == 0)
        {
            terminal.Out.WriteLine($"The repository {repository.Location} has no snapshots.");
        }
    }

    public static void Write(Terminal terminal, OutputFormat format, SnapshotInspection inspection)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.SnapshotInspection, json => SnapshotJson.Write(json, inspection));
            return;
        }

        var (snapshot, indices, global) = (inspection.Snapshot, inspection.Indices, inspection.Global);
        var output = terminal.Out;
        output.WriteLine($"{snapshot.Name}  {snapshot.State.ToWord()}  {snapshot.Version}  {snapshot.Uuid}");
        output.WriteLine($"taken {snapshot.StartTime:yyyy-MM-dd HH:mm:ss} UTC; {snapshot.SuccessfulShards} of {snapshot.TotalShards} shards; global state {(snapshot.IncludeGlobalState switch { true => "included", false => "not included", null => "unknown" })}");
        var width = indices.Count == 0 ? 0 : indices.Max(entry => entry.Index.Name.Length);
        foreach (var (index, size, isReadable) in indices)
        {
            var types = index.Mappings.Select(mapping => mapping.Type).Where(type => type is not ("_doc" or "_default_")).ToArray();
            var notes = string.Join("", ((string?[])
            [
                types.Length > 0 ? $"; types {string.Join(", ", types)}" : null,
                index.SourceStorage.Reason is { } reason ? $"; {reason}" : null,
                index.IsClosed ? "; closed" : null,
                isReadable ? null : "; cannot be read",
                index.MissingShards.Count() switch { 0 => null, 1 => "; 1 shard missing", var missing => $"; {missing} shards missing" },
            ]).Where(note => note is not null));
            output.WriteLine($"  {index.Name.PadRight(width)}  {index.NumberOfShards,3} {(index.NumberOfShards == 1 ? "shard " : "shards")}  {size.DocumentsText,24}  {size.BytesText,8}{notes}");
        }

        foreach (var (index, _, _) in indices)
        {
            if (index.Parents.Note is { } note)
            {
                output.WriteLine($"  note: {index.Name}: {note}");
            }
        }

        foreach (var failure in snapshot.Failures)
        {
            output.WriteLine($"  missing: shard {failure.Shard} of {failure.Index}: {failure.Reason}");
        }

        foreach (var (kind, names) in ((string, IEnumerable<string>)[])
            [
                ("legacy templates", global.LegacyTemplates.Keys),
                ("component templates", global.ComponentTemplates.Keys),
                ("index templates", global.IndexTemplates.Keys),
            ])
        {
            if (names.Any())
            {
                output.WriteLine($"  {kind}: {string.Join(", ", names.Order(StringComparer.Ordinal))}");
            }
        }
    }
}
