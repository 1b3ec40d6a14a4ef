using Portage.Lucene.Files;

namespace Portage.Snapshots.Repositories.Remote;

/// <summary>Fills ranges from answers over a network, which may break off: what is missing is asked for from there on.</summary>
internal static class RangeRead
{
    // An answer that breaks off without a byte more than the one before is not asked for for ever.
    private const int BrokenOffMax = 4;

    /// <summary>How far to read ahead: 8 windows of 1 MiB. With 50 ms to the first byte that is 160 MiB a second, which is more than one core reads.</summary>
    public static ReadAheadLimits Ahead { get; } = new() { WindowsAheadCount = 8 };

    /// <param name="ask">Asks for a range, puts what comes into it and says how many bytes that were; fewer than there is room for where the connection broke.</param>
    /// <exception cref="BlobUnreadableException">One answer after the other broke off without a byte.</exception>
    public static async ValueTask AskAsync(
        string path, string location, long position, Memory<byte> destination, Func<long, Memory<byte>, CancellationToken, ValueTask<int>> ask, CancellationToken cancellationToken)
    {
        for (var brokenOff = 0; !destination.IsEmpty;)
        {
            var filled = await ask(position, destination, cancellationToken);
            brokenOff = filled > 0 ? 0 : brokenOff + 1;
            if (brokenOff == BrokenOffMax)
            {
                throw new BlobUnreadableException(path, location, new IOException($"the answer broke off {BrokenOffMax} times in a row")) { IsTransient = true };
            }

            (position, destination) = (position + filled, destination[filled..]);
        }
    }

    /// <summary>Reads the body of an answer until the destination is full, the body ends or the connection breaks.</summary>
    /// <param name="isBroken">What else than <see cref="IOException"/> and <see cref="HttpRequestException"/> tells of a broken connection.</param>
    public static async ValueTask<int> FillAsync(Stream body, Memory<byte> destination, Func<Exception, bool>? isBroken, CancellationToken cancellationToken)
    {
        var filled = 0;
        try
        {
            while (filled < destination.Length && await body.ReadAsync(destination[filled..], cancellationToken) is var read and > 0)
            {
                filled += read;
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException || isBroken?.Invoke(broken) == true)
        {
            // Asked for from here on.
        }

        return filled;
    }

    /// <summary>The same from an answer that has only so long to come: one that stands still is asked for anew.</summary>
    public static async ValueTask<int> FillAsync(HttpContent content, Memory<byte> destination, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        return await FillAsync(body, destination, lost => lost is OperationCanceledException && !cancellationToken.IsCancellationRequested, either.Token);
    }

    /// <summary>A whole blob, from an answer that says how long it is: what the answer does not bring is asked for from there on.</summary>
    /// <param name="length">What the answer says.</param>
    /// <param name="fill">Puts what comes into it, and says how many bytes that were.</param>
    /// <param name="rest">The blob in the state that the answer is of.</param>
    /// <exception cref="CorruptBlobException">It is longer than it may be.</exception>
    public static async ValueTask<byte[]> WholeAsync(string path, long length, int bytesMax, Func<Memory<byte>, ValueTask<int>> fill, Func<IBlob> rest, CancellationToken cancellationToken)
    {
        if (length > bytesMax)
        {
            throw TooLong(path, bytesMax, length);
        }

        var bytes = new byte[length];
        var filled = await fill(bytes);
        if (filled < bytes.Length)
        {
            await rest().ReadAsync(filled, bytes.AsMemory(filled), cancellationToken);
        }

        return bytes;
    }

    /// <summary>A blob that ends before the range does.</summary>
    public static CorruptBlobException Ends(string path, long end, long? length) =>
        new(path, $"at least {end:N0} bytes", length is { } known ? $"{known:N0} bytes" : "its end");

    /// <summary>A blob that is longer than it may be.</summary>
    public static CorruptBlobException TooLong(string path, long bytesMax, long length) => new(path, $"at most {bytesMax:N0} bytes", $"{length:N0} bytes");

    /// <summary>A blob that is another one than when its reading began: what was read does not belong to what would come.</summary>
    public static BlobUnreadableException Changed(string path, string location, string? had, string? has) =>
        new(path, location, new IOException($"it was changed while it was read (it was {had ?? "without a mark"}, and is {has ?? "another one"})")) { IsTransient = true };
}
