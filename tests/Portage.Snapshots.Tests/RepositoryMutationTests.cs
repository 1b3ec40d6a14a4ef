using System.Buffers.Binary;
using Portage.Lucene.Files;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests;

/// <summary>Whatever happens to the blobs of a repository, reading it ends well or in a <see cref="RepositoryException"/>.</summary>
public sealed class RepositoryMutationTests
{
    private const int Rounds = 120;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-1.7.1", 8)]
    [InlineData("es-2.4.0", 9)]
    [InlineData("es-5.6.16", 1)]
    [InlineData("es-6.8.9", 2)]
    [InlineData("es-7.10.2", 3)]
    [InlineData("es-7.17.29", 4)]
    [InlineData("es-8.19.21", 5)]
    [InlineData("os-1.3.13", 6)]
    [InlineData("os-3.8.0", 7)]
    public async Task Read_AnyBlobDamaged_ThrowsOnlyTypedExceptions(string server, int seed)
    {
        var made = new Made(server);
        var store = made.Store;
        var random = new Random(seed);
        var root = store.Blobs.ContainsKey("index") ? "index" : "index-5";
        var paths = store.Blobs.Keys.Order(StringComparer.Ordinal).ToArray();
        var caught = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // The root has no checksum: it gets more than its share.
            var path = round % 4 == 0 ? root : paths[random.Next(paths.Length)];
            var sound = store.Blobs[path];
            Damage(store, path, sound, random);
            try
            {
                await ReadEverythingOfAsync(store, path);
            }
            catch (RepositoryException failure)
            {
                Assert.NotEmpty(failure.Message);
                caught++;
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}, blob {path}: {failure}", failure);
            }

            store.Blobs[path] = sound;
        }

        Assert.InRange(caught, Rounds / 4, Rounds);
    }

    private static void Damage(MemoryStore store, string path, byte[] sound, Random random)
    {
        switch (random.Next(sound.Length == 0 ? 1 : 5))
        {
            case 0:
                store.Blobs.Remove(path);
                break;
            case 1:
                store.Blobs[path] = sound[..random.Next(sound.Length)];
                break;
            case 2:
                store.Blobs[path] = [.. sound, .. new byte[1 + random.Next(20)]];
                break;
            default:
                var damaged = sound.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                {
                    damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                }

                // Half of them with a checksum that fits, so that what lies behind it is damaged too.
                if (path.EndsWith(".dat", StringComparison.Ordinal) && random.Next(2) == 0)
                {
                    BinaryPrimitives.WriteInt64BigEndian(damaged.AsSpan(damaged.Length - 8), Crc32.Compute(damaged.AsSpan(0, damaged.Length - 8)));
                }

                store.Blobs[path] = damaged;
                break;
        }
    }

    // One blob is damaged, so what has nothing to do with it need not be read.
    private static async Task ReadEverythingOfAsync(MemoryStore store, string path)
    {
        var repository = await SnapshotRepository.OpenAsync(store, Cancelled);
        var isRoot = path == "index" || path.StartsWith("index-", StringComparison.Ordinal);
        foreach (var entry in repository.Snapshots)
        {
            if (!path.Contains('/', StringComparison.Ordinal) && !isRoot && !path.Contains(entry.Uuid, StringComparison.Ordinal))
            {
                continue;
            }

            var snapshot = await repository.OpenSnapshotAsync(entry.Name, Cancelled);
            await snapshot.ReadGlobalMetadataAsync(Cancelled);
            await foreach (var index in snapshot.OpenIndicesAsync(name => !isRoot || name.Length > 5, Cancelled))
            {
                if (!path.StartsWith($"indices/{index.RepositoryId}/", StringComparison.Ordinal) || index.MissingShards.Any())
                {
                    continue;
                }

                for (var number = 0; number < index.NumberOfShards; number++)
                {
                    var shard = await index.OpenShardAsync(number, Cancelled);
                    await shard.CountAsync(Cancelled);
                    await foreach (var document in shard.ReadAsync(0, Cancelled))
                    {
                        Assert.NotNull(document.Id);
                    }

                    await shard.VerifyAsync(Cancelled);
                }
            }
        }
    }
}
