using System.Text.Json;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests;

/// <summary>One of the repositories under <c>made/</c>, unpacked, with what the server answered before each snapshot.</summary>
internal sealed class Made : IDisposable
{
    private readonly TempFolder _folder;

    public Made(string server) => _folder = Fixtures.Unzip($"made/{server}.zip");

    public string Repository => _folder["repo"];

    public FileBlobStore Store => new(Repository);

    public IEnumerable<string> GoldenSnapshots =>
        Directory.EnumerateDirectories(_folder["golden"]).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public ValueTask<SnapshotRepository> OpenAsync() => SnapshotRepository.OpenAsync(Store, TestContext.Current.CancellationToken);

    public JsonElement State(string snapshot) =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(_folder["golden"], snapshot, "_state.json")));

    /// <summary>The indices that have a golden file.</summary>
    public IEnumerable<string> GoldenIndices(string snapshot) =>
        Directory.EnumerateFiles(Path.Combine(_folder["golden"], snapshot), "*.ndjson").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public string GoldenDocuments(string snapshot, string index) => Path.Combine(_folder["golden"], snapshot, index + ".ndjson");

    public void Dispose() => _folder.Dispose();
}
