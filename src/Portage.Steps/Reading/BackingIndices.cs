using System.Text.Json;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;

namespace Portage.Steps.Reading;

/// <summary>Which indices of a snapshot are parts of data streams.</summary>
internal sealed class BackingIndices
{
    private readonly Dictionary<string, string> _streams = new(StringComparer.Ordinal);

    private BackingIndices()
    {
    }

    /// <summary>None.</summary>
    public static BackingIndices None { get; } = new();

    /// <summary>The data streams that have indices in the snapshot, in order.</summary>
    public IEnumerable<string> Streams => _streams.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The data stream of an index; null where it is none's.</summary>
    public string? StreamOf(string index) => _streams.GetValueOrDefault(index);

    /// <summary>The indices of a data stream, in order.</summary>
    public IEnumerable<string> Of(string stream) => _streams.Where(pair => pair.Value == stream).Select(pair => pair.Key).Order(StringComparer.Ordinal);

    /// <summary>Finds them in the state of the cluster, and where the snapshot has none, by the names that servers give them.</summary>
    public static BackingIndices Find(RepositorySnapshot snapshot, GlobalMetadata global)
    {
        var found = new BackingIndices();
        var names = snapshot.IndexNames.ToHashSet(StringComparer.Ordinal);
        foreach (var (stream, json) in global.DataStreams)
        {
            foreach (var index in NamesOf(json).Where(names.Contains))
            {
                found._streams[index] = stream;
            }
        }

        foreach (var stream in snapshot.DataStreams.Except(global.DataStreams.Keys, StringComparer.Ordinal))
        {
            foreach (var index in names.Where(name => name.StartsWith($".ds-{stream}-", StringComparison.Ordinal)))
            {
                found._streams.TryAdd(index, stream);
            }
        }

        return found;
    }

    private static IEnumerable<string> NamesOf(JsonElement stream) =>
        stream.ValueKind == JsonValueKind.Object && stream.TryGetProperty("indices", out var indices) && indices.ValueKind == JsonValueKind.Array
            ? [.. from index in indices.EnumerateArray()
                  where index.ValueKind == JsonValueKind.Object && index.TryGetProperty("index_name", out var name) && name.ValueKind == JsonValueKind.String
                  select index.GetProperty("index_name").GetString()!]
            : [];
}
