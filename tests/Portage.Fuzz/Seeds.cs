using System.IO.Compression;
using Portage.Fuzz.Targets;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Testing;

namespace Portage.Fuzz;

/// <summary>All targets, with their seeds out of the fixtures.</summary>
internal static class Seeds
{
    // Each kind of shard once: documents small and large, deleted in both ways, nested, in every codec.
    private static readonly (string Server, string[] Indices)[] Shards =
    [
        ("es-1.7.1", ["packed", "nested"]), ("es-2.4.0", ["packed", "family"]), ("es-5.6.16", ["packed", "family"]), ("es-6.8.9", ["softness", "sorted"]), ("es-7.10.2", ["packed", "softness", "big"]),
        ("es-7.17.29", ["logs"]), ("es-8.19.21", ["codec-mixed", "tiny-best_compression", "loose-default", "logsdb", "synthetic"]), ("os-2.19.1", ["codec-zstd", "codec-zstd_no_dict", "codec-zlib"]), ("os-3.8.0", ["softness", "derived"]),
    ];

    /// <summary>Null where there are no fixtures.</summary>
    public static async Task<IReadOnlyList<FuzzTarget>?> LoadAsync()
    {
        if (Checkout.Shared("PORTAGE_FIXTURES", "fixtures") is not { } fixtures)
        {
            return null;
        }

        var indices = Directory.EnumerateFiles(Path.Combine(fixtures, "lucene"), "*.zip").Order(StringComparer.Ordinal)
            .Select(zip => (Name: Path.GetFileNameWithoutExtension(zip), Files: Unzip(zip, ""))).ToList();
        var (repositories, metadata, compressed, sources) = (new List<(RepositoryTarget.BlobKind Kind, FuzzSeed Seed)>(), new List<FuzzSeed>(), new List<FuzzSeed>(), new List<FuzzSeed>());
        foreach (var (server, names) in Shards)
        {
            var blobs = Unzip(Path.Combine(fixtures, "made", $"{server}.zip"), "repo/");
            var repository = await SnapshotRepository.OpenAsync(new BlobsInMemory(blobs, "", []), CancellationToken.None);
            var snapshot = await repository.OpenSnapshotAsync("second", CancellationToken.None);
            foreach (var name in names)
            {
                var index = await snapshot.OpenIndexAsync(name, CancellationToken.None);
                var shard = await index.OpenShardAsync(0, CancellationToken.None);
                indices.Add(($"{server}/{name}", await FilesOfAsync(shard)));
                AddBlobs(repositories, blobs, server, index.RepositoryId, name);
            }

            foreach (var (kind, seed) in repositories.Where(one => one.Seed.Name.StartsWith(server, StringComparison.Ordinal)))
            {
                (seed.Bytes.AsSpan().StartsWith(SmileDecoder.Mark) ? metadata : compressed).Add(seed);
            }

            compressed.AddRange(blobs.Where(blob => blob.Value.AsSpan().StartsWith(LzfDecoder.Mark)).Select(blob => new FuzzSeed($"{server}/{blob.Key}", blob.Value)));
            if (server == "es-8.19.21")
            {
                sources.AddRange(await SourcesAsync(await snapshot.OpenIndexAsync("formats", CancellationToken.None)));
            }

            sources.AddRange(await SourcesAsync(await snapshot.OpenIndexAsync("numbers", CancellationToken.None)));
        }

        return
        [
            .. from kind in LuceneTarget.Kinds
               select new LuceneTarget(kind, [.. from index in indices
                                                 from file in index.Files
                                                 where LuceneTarget.IsOf(kind, file.Key)
                                                 select new FuzzSeed($"{index.Name}/{file.Key}", file.Value, (index.Files, file.Key))]),
            new RebuildTarget([.. from index in indices
                                  where index.Name is "es-8.19.21/logsdb" or "es-8.19.21/synthetic" or "os-3.8.0/derived"
                                  from file in index.Files
                                  where Path.GetExtension(file.Key) is ".cfs" or ".fdt" or ".dvd" or ".dvm" or ".fnm"
                                  select new FuzzSeed($"{index.Name}/{file.Key}", file.Value, (index.Files, file.Key))]),
            .. from kind in Enum.GetValues<RepositoryTarget.BlobKind>()
               select new RepositoryTarget(kind, [.. repositories.Where(one => one.Kind == kind).Select(one => one.Seed)]),
            .. DecoderTarget.All(metadata, sources, compressed),
        ];
    }

    private static void AddBlobs(List<(RepositoryTarget.BlobKind, FuzzSeed)> seeds, IReadOnlyDictionary<string, byte[]> blobs, string server, string id, string index)
    {
        foreach (var (path, blob) in blobs)
        {
            var name = path.Split('/')[^1];
            var isSealed = name.EndsWith(".dat", StringComparison.Ordinal);
            (RepositoryTarget.BlobKind Kind, string Codec)? found = (path.Split('/').Length, name) switch
            {
                (1, "index") => (RepositoryTarget.BlobKind.Root, ""),
                (1, _) when name.StartsWith("index-", StringComparison.Ordinal) => (RepositoryTarget.BlobKind.Root, ""),
                (1, _) when name.StartsWith("snap", StringComparison.Ordinal) => (RepositoryTarget.BlobKind.Snapshot, "snapshot"),
                (1, _) when name.StartsWith("meta", StringComparison.Ordinal) => (RepositoryTarget.BlobKind.State, "metadata"),
                (3, _) when path.StartsWith($"indices/{id}/", StringComparison.Ordinal) => (RepositoryTarget.BlobKind.Index, "index-metadata"),
                (4, _) when path.StartsWith($"indices/{id}/0/snap", StringComparison.Ordinal) => (RepositoryTarget.BlobKind.Shard, "snapshot"),
                _ => null,
            };
            if (found is var (kind, codec))
            {
                var body = isSealed ? Expand(CodecEnvelope.Open(blob, path, codec), path) : blob;
                seeds.Add((kind, new($"{server}/{path}", body, new RepositoryTarget.Around(blobs, path, isSealed ? codec : null, index))));
            }
        }
    }

    // SMILE as it is: what is compressed is inflated, so that damage reaches it.
    private static byte[] Expand(ReadOnlyMemory<byte> body, string path) =>
        (body.Span.StartsWith(MetadataBody.DeflateMark) ? MetadataBody.Inflate(body[MetadataBody.DeflateMark.Length..], path) : body).ToArray();

    private static async Task<Dictionary<string, byte[]>> FilesOfAsync(ShardSnapshot shard)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in shard.Files.Values)
        {
            await using var content = await shard.Directory.OpenAsync(file.Name, CancellationToken.None);
            var bytes = new byte[content.Length];
            await content.ReadAsync(0, bytes, CancellationToken.None);
            files[file.Name] = bytes;
        }

        return files;
    }

    private static async Task<List<FuzzSeed>> SourcesAsync(Snapshots.Metadata.IndexSnapshot index)
    {
        var sources = new List<FuzzSeed>();
        await foreach (var document in (await index.OpenShardAsync(0, CancellationToken.None)).ReadAsync(0, CancellationToken.None))
        {
            if (document.Source is { } source)
            {
                sources.Add(new($"{index.Name}/{document.Id}", source.ToArray()));
            }
        }

        return sources;
    }

    private static Dictionary<string, byte[]> Unzip(string zip, string prefix)
    {
        using var archive = ZipFile.OpenRead(zip);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith(prefix, StringComparison.Ordinal) && !entry.FullName.EndsWith('/')).OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            using var content = entry.Open();
            var bytes = new byte[entry.Length];
            content.ReadExactly(bytes);
            files.Add(entry.FullName[prefix.Length..], bytes);
        }

        return files;
    }
}
