using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Metadata;

namespace Portage.Steps.Backfill;

/// <summary>Empties an index by deleting it and creating it again as it was.</summary>
/// <remarks>
/// Not by deleting its documents: the cluster remembers the versions of deleted documents for a while, and a backfill that
/// begins again at once would conflict with them.
/// </remarks>
internal static class EmptiedIndex
{
    // What the cluster writes into settings by itself, and refuses when it is sent.
    private static readonly string[] OfTheCluster = ["creation_date", "uuid", "version", "provided_name", "resize", "routing", "history_uuid"];

    public static async Task EmptyAsync(ClusterClient client, string index, CancellationToken cancellationToken)
    {
        var metadata = new ClusterMetadata(client);
        if (await metadata.GetIndexAsync(index, cancellationToken) is not { } had)
        {
            return;
        }

        var definition = Definition(had.Json);
        await metadata.DeleteIndexAsync(had.Name, cancellationToken);
        await metadata.CreateIndexAsync(had.Name, definition, cancellationToken);
    }

    private static byte[] Definition(ReadOnlyMemory<byte> had)
    {
        using var parsed = JsonDocument.Parse(had);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var part in parsed.RootElement.EnumerateObject())
            {
                if (part.Name != "settings")
                {
                    part.WriteTo(json);
                    continue;
                }

                json.WriteStartObject("settings");
                json.WriteStartObject("index");
                foreach (var setting in part.Value.GetProperty("index").EnumerateObject().Where(setting => !OfTheCluster.Contains(setting.Name)))
                {
                    setting.WriteTo(json);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
