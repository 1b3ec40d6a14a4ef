using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Steps.Tests.Snapshot;

/// <summary>A store that is far away is asked several things at once, and what is said of it is the same as of one that is near.</summary>
public sealed class ParallelLookTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AllAsync_OfAStoreFarAway_SaysTheSameAndAsksNoMoreAtOnceThanItMay()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var near = new FileBlobStore(fixture["repo"]);
        var snapshot = await (await SnapshotRepository.OpenAsync(near, Cancelled)).OpenSnapshotAsync("second", Cancelled);
        foreach (var name in (string[])["logs", "nested"])
        {
            var broken = await snapshot.OpenIndexAsync(name, Cancelled);
            foreach (var number in Enumerable.Range(0, broken.NumberOfShards))
            {
                var blob = (await broken.OpenShardAsync(number, Cancelled)).Files.Values.First(file => !file.IsVirtual).BlobName;
                File.Delete(Path.Combine(Damage.FolderOf(fixture["repo"], name, number), blob));
            }
        }

        var far = new FarStore(near);
        var there = await (await SnapshotRepository.OpenAsync(far, Cancelled)).OpenSnapshotAsync("second", Cancelled);
        far.HoldFirst();
        Assert.Equal(await SaidAsync(snapshot), await SaidAsync(there).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancelled));
        Assert.InRange(far.MostAtOnce, 2, far.ReadsAtOnce);
    }

    private static async Task<List<string>> SaidAsync(Portage.Snapshots.Repositories.Snapshot snapshot)
    {
        var said = new List<string>();
        await foreach (var look in IndexLook.AllAsync(snapshot, snapshot.IndexNames, isWhole: true, Cancelled))
        {
            said.Add($"{look.Name} {look.Size} {string.Join(',', look.Shards.Keys)} {string.Join(';', look.Problems.Select(problem => problem.Message))}");
        }

        return said;
    }

    /// <summary>Answers the first only when a second has been asked, and counts how many are asked at once.</summary>
    private sealed class FarStore(IBlobStore near) : IBlobStore
    {
        private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _holds;
        private int _asked;

        public int MostAtOnce { get; private set; }

        public int ReadsAtOnce => 4;

        public string Location => near.Location;

        public void HoldFirst() => (_holds, MostAtOnce) = (true, 0);

        public async ValueTask<IReadOnlyList<BlobEntry>> ListAsync(string folder, CancellationToken cancellationToken) => await AnswerAsync(() => near.ListAsync(folder, cancellationToken));

        public async ValueTask<long?> FindLengthAsync(string path, CancellationToken cancellationToken) => await AnswerAsync(() => near.FindLengthAsync(path, cancellationToken));

        public async ValueTask<IBlob> OpenAsync(string path, CancellationToken cancellationToken) => await AnswerAsync(() => near.OpenAsync(path, cancellationToken));

        public async ValueTask<byte[]> ReadWholeAsync(string path, int bytesMax, CancellationToken cancellationToken) => await AnswerAsync(() => near.ReadWholeAsync(path, bytesMax, cancellationToken));

        private async ValueTask<T> AnswerAsync<T>(Func<ValueTask<T>> answer)
        {
            lock (_second)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++_asked);
                if (_asked > 1)
                {
                    _second.TrySetResult();
                }
            }

            try
            {
                if (_holds)
                {
                    await _second.Task;
                }

                return await answer();
            }
            finally
            {
                lock (_second)
                {
                    _asked--;
                }
            }
        }
    }
}
