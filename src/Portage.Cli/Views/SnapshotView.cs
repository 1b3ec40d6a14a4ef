using Portage.Cli.Shell;
using Portage.Engine.Ports;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Cli.Views;

/// <summary>Repositories and snapshots, without a cluster.</summary>
internal static class SnapshotView
{
    public static void WriteList(Verb verb, SnapshotRepository repository)
    {
        if (verb.Output != OutputFormat.Text)
        {
            Structured.Write(verb.Terminal, verb.Output, json =>
            {
                json.WriteString("repository", repository.Location);
                json.WriteStartArray("snapshots");
                foreach (var entry in repository.Snapshots)
                {
                    json.WriteStartObject();
                    json.WriteString("name", entry.Name);
                    json.WriteString("uuid", entry.Uuid);
                    json.WriteString("state", entry.State.ToWord());
                    json.WriteString("version", entry.Version);
                    json.WriteNumber("indices", entry.Indices.Count);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        var width = repository.Snapshots.Count == 0 ? 0 : repository.Snapshots.Max(entry => entry.Name.Length);
        foreach (var entry in repository.Snapshots)
        {
            verb.Terminal.Out.WriteLine($"{entry.Name.PadRight(width)}  {entry.State.ToWord(),-8}  {entry.Indices.Count,5} {(entry.Indices.Count == 1 ? "index  " : "indices")}  {entry.Version ?? "",-8}  {entry.Uuid}");
        }

        if (repository.Snapshots.Count == 0)
        {
            verb.Terminal.Out.WriteLine($"The repository {repository.Location} has no snapshots.");
        }
    }

    /// <returns>The exit code: 1 when something of it cannot be read.</returns>
    public static async Task<int> WriteInspectionAsync(Verb verb, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var indices = new List<(IndexSnapshot Index, SnapshotSizes Size)>();
        var problems = false;
        foreach (var name in snapshot.IndexNames)
        {
            try
            {
                var index = await SnapshotAccess.TryAsync(null, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
                indices.Add((index, await SnapshotSizes.OfAsync(snapshot, [name], cancellationToken)));
            }
            catch (StepException failure)
            {
                problems = true;
                verb.Say(failure.Because);
            }
        }

        var global = await SnapshotAccess.TryAsync(null, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        if (verb.Output != OutputFormat.Text)
        {
            WriteStructured(verb, snapshot, indices, global);
        }
        else
        {
            WriteText(verb, snapshot, indices, global);
        }

        return problems ? ExitCode.Failed : ExitCode.Done;
    }

    private static void WriteText(Verb verb, Snapshot snapshot, List<(IndexSnapshot Index, SnapshotSizes Size)> indices, GlobalMetadata global)
    {
        var output = verb.Terminal.Out;
        output.WriteLine($"{snapshot.Name}  {snapshot.State.ToWord()}  {snapshot.Version}  {snapshot.Uuid}");
        output.WriteLine($"taken {snapshot.StartTime:yyyy-MM-dd HH:mm:ss} UTC; {snapshot.SuccessfulShards} of {snapshot.TotalShards} shards; global state {(snapshot.IncludeGlobalState switch { true => "included", false => "not included", null => "unknown" })}");
        var width = indices.Count == 0 ? 0 : indices.Max(entry => entry.Index.Name.Length);
        foreach (var (index, size) in indices)
        {
            var types = index.Mappings.Select(mapping => mapping.Type).Where(type => type is not ("_doc" or "_default_")).ToArray();
            var notes = string.Join("", ((string?[])
            [
                types.Length > 0 ? $"; types {string.Join(", ", types)}" : null,
                index.SourceStorage.Reason is { } reason ? $"; {reason}" : null,
                index.IsClosed ? "; closed" : null,
                index.MissingShards.Any() ? $"; {index.MissingShards.Count()} shards missing" : null,
            ]).Where(note => note is not null));
            output.WriteLine($"  {index.Name.PadRight(width)}  {index.NumberOfShards,3} {(index.NumberOfShards == 1 ? "shard " : "shards")}  {size.DocumentsText,24}  {Amounts.Bytes(size.Bytes),8}{notes}");
        }

        foreach (var (index, _) in indices)
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

    private static void WriteStructured(Verb verb, Snapshot snapshot, List<(IndexSnapshot Index, SnapshotSizes Size)> indices, GlobalMetadata global) => Structured.Write(verb.Terminal, verb.Output, json =>
    {
        json.WriteString("name", snapshot.Name);
        json.WriteString("uuid", snapshot.Uuid);
        json.WriteString("state", snapshot.State.ToWord());
        json.WriteString("version", snapshot.Version.ToString());
        json.WriteNumber("shards", snapshot.TotalShards);
        json.WriteNumber("successfulShards", snapshot.SuccessfulShards);
        json.WriteStartArray("indices");
        foreach (var (index, size) in indices)
        {
            json.WriteStartObject();
            json.WriteString("name", index.Name);
            json.WriteNumber("shards", index.NumberOfShards);
            json.WriteNumber("missingShards", index.MissingShards.Count());
            json.WriteNumber("luceneDocuments", size.Documents);
            json.WriteNumber("bytes", size.Bytes);
            json.WriteBoolean("nestedObjects", index.HasNestedObjects);
            json.WriteString("parents", index.Parents.Note);
            json.WriteBoolean("closed", index.IsClosed);
            json.WriteString("source", index.SourceStorage.Coverage.ToString().ToLowerInvariant());
            json.WriteStartArray("types");
            foreach (var mapping in index.Mappings)
            {
                json.WriteStringValue(mapping.Type);
            }

            json.WriteEndArray();
            json.WriteStartArray("aliases");
            foreach (var alias in index.Aliases.Keys)
            {
                json.WriteStringValue(alias);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        foreach (var (name, names) in ((string, IEnumerable<string>)[])
            [
                ("legacyTemplates", global.LegacyTemplates.Keys),
                ("componentTemplates", global.ComponentTemplates.Keys),
                ("indexTemplates", global.IndexTemplates.Keys),
            ])
        {
            json.WriteStartArray(name);
            foreach (var template in names.Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(template);
            }

            json.WriteEndArray();
        }
    });
}
