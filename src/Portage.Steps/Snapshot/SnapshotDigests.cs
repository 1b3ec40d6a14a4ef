using System.Text;
using System.Text.Json;
using Portage.Model.Steps;

namespace Portage.Steps.Snapshot;

/// <summary>What of a snapshot counts: equal digests mean that there is nothing for later steps to do. Pure.</summary>
internal static class SnapshotDigests
{
    /// <summary>What metadata depends on: not the times and counters which a server writes beside it.</summary>
    public static Fingerprint OfDefinition(JsonElement settings, IEnumerable<(string Type, JsonElement Body)> mappings, IEnumerable<(string Name, JsonElement Body)> aliases)
    {
        var text = new StringBuilder();
        text.Append(settings.GetRawText()).Append('\n');
        foreach (var (type, body) in mappings)
        {
            text.Append(type).Append(' ').Append(body.GetRawText()).Append('\n');
        }

        foreach (var (name, body) in aliases.OrderBy(alias => alias.Name, StringComparer.Ordinal))
        {
            text.Append(name).Append(' ').Append(body.GetRawText()).Append('\n');
        }

        return Fingerprint.Of(text.ToString());
    }

    /// <summary>The files of an index, by content: the same files in another snapshot are the same documents.</summary>
    /// <param name="shards">The files of each shard, in the order of the shards; null for one that the snapshot lacks.</param>
    public static Fingerprint OfDocuments(IReadOnlyList<IReadOnlyCollection<(string Name, long Length, uint? Checksum)>?> shards)
    {
        var text = new StringBuilder();
        for (var number = 0; number < shards.Count; number++)
        {
            if (shards[number] is not { } files)
            {
                text.Append(number).Append(" missing\n");
                continue;
            }

            foreach (var (name, length, checksum) in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                text.Append(number).Append(' ').Append(name).Append(' ').Append(length).Append(' ').Append(checksum).Append('\n');
            }
        }

        return Fingerprint.Of(text.ToString());
    }
}
