using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Portage.Clusters.Validation;

/// <summary>Reads the answer to <c>_stats?level=shards</c> of one index.</summary>
internal static class IndexFiguresReply
{
    /// <exception cref="KeyNotFoundException">It is of another shape.</exception>
    public static IndexFigures Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var index = document.RootElement.GetProperty("indices").EnumerateObject().First().Value;
        var numbers = ImmutableSortedDictionary.CreateBuilder<int, long>();
        foreach (var shard in index.GetProperty("shards").EnumerateObject())
        {
            // Copies may lag behind; a shard without a primary at work is left out, and then nothing can be told of it.
            foreach (var copy in shard.Value.EnumerateArray().Where(copy => copy.GetProperty("routing").GetProperty("primary").GetBoolean()))
            {
                numbers[int.Parse(shard.Name, CultureInfo.InvariantCulture)] = copy.GetProperty("seq_no").GetProperty("max_seq_no").GetInt64();
            }
        }

        return new(index.GetProperty("uuid").GetString()!, index.GetProperty("primaries").GetProperty("store").GetProperty("size_in_bytes").GetInt64(), numbers.ToImmutable());
    }
}
