using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>The documents that a backfill could not write and that are not on the target since: read along with the work, or after it was killed.</summary>
/// <remarks>
/// Nothing is changed, and no more is held than one document. Only what the journal covers is read: what a worker has written
/// down and not acknowledged yet may be written down anew by the next one.
/// </remarks>
public static class RejectedList
{
    // Each time a resend that has just ended has taken the place of what was looked at.
    private const int LooksMax = 10;

    /// <summary>The documents index by index, in the order in which they were refused.</summary>
    /// <param name="files">What the backfill remembers.</param>
    /// <param name="isWanted">True for an index of the snapshot that is wanted.</param>
    public static async IAsyncEnumerable<RejectedLine> ReadAsync(IStepFiles files, Func<string, bool> isWanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await EarlierLayout.ReadAsync(files, cancellationToken) is { Lines: { IsEmpty: false } lines })
        {
            var file = new FindingsFile(files.LocationOf(ItemJournal.FindingsName), 0, lines[^1].Findings);
            await foreach (var line in ParsedAsync(await file.OpenAsync(files, cancellationToken), file.Passed, cancellationToken))
            {
                if (isWanted(line.Index))
                {
                    yield return line;
                }
            }
        }

        foreach (var index in (await files.ListItemsAsync(cancellationToken)).Where(isWanted))
        {
            foreach (var (file, kept) in await OpenAsync(files.Item(index), index, cancellationToken))
            {
                await foreach (var line in ParsedAsync(kept, file.Passed, cancellationToken))
                {
                    yield return line;
                }
            }
        }
    }

    private static async Task<ImmutableArray<(FindingsFile, IAsyncEnumerable<FindingsLine>)>> OpenAsync(IStepFiles files, string index, CancellationToken cancellationToken)
    {
        for (var look = 0; look < LooksMax; look++)
        {
            using var journal = await ItemJournal.LookAsync(files, index, cancellationToken);
            var opened = ImmutableArray.CreateBuilder<(FindingsFile, IAsyncEnumerable<FindingsLine>)>();
            foreach (var file in journal.FindingsFiles)
            {
                if (await file.OpenAsync(files, cancellationToken) is { } lines)
                {
                    opened.Add((file, lines));
                }
            }

            if (opened.Count == journal.FindingsFiles.Length)
            {
                return opened.DrainToImmutable();
            }
        }

        // Taken back meanwhile: then there is none.
        return [];
    }

    private static async IAsyncEnumerable<RejectedLine> ParsedAsync(IAsyncEnumerable<FindingsLine>? lines, ImmutableDictionary<int, long> passed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in (lines ?? AsyncEnumerable.Empty<FindingsLine>()).WithCancellation(cancellationToken))
        {
            var rejected = RejectedLine.Parse(line.Text);
            if (line.End > passed.GetValueOrDefault(rejected.Shard))
            {
                yield return rejected;
            }
        }
    }
}
