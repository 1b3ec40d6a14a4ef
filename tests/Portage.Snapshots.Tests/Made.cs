using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests;

/// <summary>One of the repositories under <c>made/</c>, with what the server answered before each snapshot; kept in memory for all tests.</summary>
internal sealed class Made
{
    private static readonly ConcurrentDictionary<string, Dictionary<string, byte[]>> Unpacked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _files;

    public Made(string server) => _files = Unpacked.GetOrAdd(Fixtures.Find($"made/{server}.zip"), Unpack);

    /// <summary>A copy of the repository of the caller's own.</summary>
    public MemoryStore Store => new(_files.Where(file => file.Key.StartsWith("repo/", StringComparison.Ordinal)).Select(file => KeyValuePair.Create(file.Key["repo/".Length..], file.Value)));

    public IEnumerable<string> GoldenSnapshots =>
        _files.Keys.Where(path => path.EndsWith("/_state.json", StringComparison.Ordinal)).Select(path => path.Split('/')[1]).Order(StringComparer.Ordinal);

    public ValueTask<SnapshotRepository> OpenAsync() => SnapshotRepository.OpenAsync(Store, TestContext.Current.CancellationToken);

    public JsonElement State(string snapshot) => JsonElement.Parse(_files[$"golden/{snapshot}/_state.json"]);

    /// <summary>The indices that have a golden file.</summary>
    public IEnumerable<string> GoldenIndices(string snapshot) => _files.Keys
        .Where(path => path.StartsWith($"golden/{snapshot}/", StringComparison.Ordinal) && path.EndsWith(".ndjson", StringComparison.Ordinal))
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Order(StringComparer.Ordinal);

    public IEnumerable<string> GoldenDocuments(string snapshot, string index) =>
        Encoding.UTF8.GetString(_files[$"golden/{snapshot}/{index}.ndjson"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, byte[]> Unpack(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            using var content = entry.Open();
            var bytes = new byte[entry.Length];
            content.ReadExactly(bytes);
            files.Add(entry.FullName, bytes);
        }

        return files;
    }
}
