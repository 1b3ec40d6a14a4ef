using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>Whole lines of a file of findings.</summary>
/// <param name="Location">Where the file lies.</param>
/// <param name="From">Where the first line begins, in bytes.</param>
/// <param name="Until">Where the last one ends: what comes after it was not kept, or not yet.</param>
internal sealed record FindingsFile(string Location, long From, long Until)
{
    /// <summary>Where the last line of each shard ends that does not count any more.</summary>
    public ImmutableDictionary<int, long> Passed { get; init; } = ImmutableDictionary<int, long>.Empty;

    private const int BufferBytes = 64 * 1024;

    /// <summary>The lines, one at a time; null where the file is gone.</summary>
    /// <remarks>The file is open when this returns, and is read to its end though it is deleted meanwhile.</remarks>
    public async Task<IAsyncEnumerable<FindingsLine>?> OpenAsync(IStepFiles files, CancellationToken cancellationToken) =>
        From >= Until ? AsyncEnumerable.Empty<FindingsLine>()
        : await files.OpenAsync(Location, cancellationToken) is { } stream ? LinesAsync(stream, cancellationToken)
        : null;

    private async IAsyncEnumerable<FindingsLine> LinesAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var opened = stream;
        stream.Seek(From, SeekOrigin.Begin);
        var (buffer, start, end, at) = (new byte[BufferBytes], 0, 0, From);
        while (at < Until)
        {
            // A line is searched once, however often more of it has to be read.
            var searched = start;
            int length;
            while ((length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n')) < 0)
            {
                searched = end;
                if (end == buffer.Length)
                {
                    var larger = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
                    buffer.AsSpan(start, end - start).CopyTo(larger);
                    (buffer, searched, end, start) = (larger, searched - start, end - start, 0);
                }

                var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
                if (read == 0)
                {
                    yield break;
                }

                end += read;
            }

            length += searched - start;
            at += length + 1;
            if (at > Until)
            {
                yield break;
            }

            yield return new(buffer.AsMemory(start, length), at);
            start += length + 1;
        }
    }
}

/// <summary>One line of a file of findings.</summary>
/// <param name="Text">JSON; valid until the next line is read.</param>
/// <param name="End">Where the line ends in the file, its end included.</param>
internal readonly record struct FindingsLine(ReadOnlyMemory<byte> Text, long End);
