namespace Portage.Lucene.Files;

/// <summary>Reads a whole file, in windows, and compares its bytes with the checksum in its footer.</summary>
public static class LuceneChecksum
{
    private const int WindowBytes = 1 << 20;

    /// <returns>
    /// The CRC-32 that the footer holds, which is also what a snapshot repository records for the file (there in base 36): the
    /// checksum of all but the last 8 bytes.
    /// </returns>
    /// <param name="name">For the message of an error.</param>
    /// <exception cref="CorruptIndexException">The bytes and the footer differ, or there is no footer (as in files of Lucene before 4.8).</exception>
    public static async ValueTask<uint> VerifyAsync(ILuceneFile file, string name, CancellationToken cancellationToken)
    {
        RequireFooter(file, name);
        await using var input = new SequentialInput(file, name, 0, new() { WindowBytes = WindowBytes }, ownsFile: false);
        await input.SkipToFooterAsync(cancellationToken);
        return await input.VerifyFooterAsync(cancellationToken);
    }

    /// <summary>What the footer of a file says, without reading the rest.</summary>
    internal static async ValueTask<ScannedFile> ReadFooterAsync(SegmentFiles files, string name, CancellationToken cancellationToken)
    {
        await using var file = await files.OpenAsync(name, cancellationToken);
        RequireFooter(file, name);
        var (position, footer) = (file.Length - CodecFooter.Bytes, new byte[CodecFooter.Bytes]);
        await file.ReadAsync(position, footer, cancellationToken);
        var checksum = CodecFooter.Read(name, position, footer);
        return checksum is >= 0 and <= uint.MaxValue
            ? new(name, file.Length, (uint)checksum)
            : throw new CorruptIndexException(name, position + 8, "a checksum of 32 bits", $"{checksum:X16}");
    }

    private static void RequireFooter(ILuceneFile file, string name)
    {
        if (file.Length < CodecFooter.Bytes)
        {
            throw new CorruptIndexException(name, file.Length, $"a footer of {CodecFooter.Bytes} bytes", $"a file of {file.Length}");
        }
    }
}
