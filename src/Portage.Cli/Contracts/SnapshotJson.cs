using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.SnapshotList"/> and <see cref="Shape.SnapshotInspection"/>.</summary>
internal static class SnapshotJson
{
    public static void Write(Utf8JsonWriter json, SnapshotRepository repository)
    {
        json.WriteString("repository", repository.Location);
        json.WriteObjects("snapshots", repository.Snapshots, static (json, entry) =>
        {
            json.WriteString("name", entry.Name);
            json.WriteString("uuid", entry.Uuid);
            json.WriteString("state", entry.State.ToWord());
            json.WriteString("version", entry.Version);
            json.WriteNumberOrNull("indices", entry.Indices?.Count);
        });
    }

    public static void Write(Utf8JsonWriter json, SnapshotInspection inspection)
    {
        var snapshot = inspection.Snapshot;
        json.WriteString("name", snapshot.Name);
        json.WriteString("uuid", snapshot.Uuid);
        json.WriteString("state", snapshot.State.ToWord());
        json.WriteString("version", snapshot.Version.ToString());
        json.WriteNumber("shards", snapshot.TotalShards);
        json.WriteNumber("successfulShards", snapshot.SuccessfulShards);
        json.WriteObjects("indices", inspection.Indices, static (json, entry) =>
        {
            json.WriteString("name", entry.Index.Name);
            json.WriteNumber("shards", entry.Index.NumberOfShards);
            json.WriteNumber("missingShards", entry.Index.MissingShards.Count());
            WriteKnown(json, "luceneDocuments", entry.Size.Documents, entry.Size.UncountedShards);
            WriteKnown(json, "bytes", entry.Size.Bytes, entry.Size.UnlistedShards);
            json.WriteBoolean("readable", entry.IsReadable);
            json.WriteBoolean("nestedObjects", entry.Index.HasNestedObjects);
            json.WriteString("parents", entry.Index.Parents.Note);
            json.WriteBoolean("closed", entry.Index.IsClosed);
            json.WriteString("source", JsonWriting.Word(entry.Index.SourceStorage.Coverage));
            json.WriteTexts("types", entry.Index.Mappings.Select(mapping => mapping.Type));
            json.WriteTexts("aliases", entry.Index.Aliases.Keys);
        });
        json.WriteTexts("legacyTemplates", inspection.Global.LegacyTemplates.Keys.Order(StringComparer.Ordinal));
        json.WriteTexts("componentTemplates", inspection.Global.ComponentTemplates.Keys.Order(StringComparer.Ordinal));
        json.WriteTexts("indexTemplates", inspection.Global.IndexTemplates.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>What is known of some shards only is no number of the index.</summary>
    private static void WriteKnown(Utf8JsonWriter json, string name, long number, int unknown)
    {
        if (unknown > 0)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteNumber(name, number);
        }
    }
}
