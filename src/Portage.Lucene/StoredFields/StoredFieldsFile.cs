using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Opens a segment's <c>.fdt</c> with the reader for its format.</summary>
internal static class StoredFieldsFile
{
    public static async ValueTask<StoredFieldsReader> OpenAsync(
        SegmentFiles files, string segment, ReadOnlyMemory<byte>? id, int documentCount, StoredFieldsOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.FromDocument);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.FromDocument, documentCount);
        var name = segment + ".fdt";
        var file = await files.OpenAsync(name, cancellationToken);
        SequentialInput? input = null;
        try
        {
            CodecHeader header;
            CompressedFormat? format;
            if (options.FromDocument == 0 || options.ReadsSkippedBytes)
            {
                input = new(file, name, 0, options.ReadAhead, ownsFile: true);
                await input.FillAsync(CodecHeader.BytesMax, cancellationToken);
                (header, format) = ReadHeader(input.Reader(), id);
            }
            else
            {
                (header, format) = await PeekAsync(file, name, id, cancellationToken);
            }

            if (format is null)
            {
                await CloseAsync();
                return await PlainReader.OpenAsync(files, segment, documentCount, options, cancellationToken);
            }

            (format, var start) = await FindStartAsync(files, segment, id, format, documentCount, options.FromDocument, cancellationToken);
            input ??= new(file, name, start.Position, options.ReadAhead, ownsFile: true);
            await input.SkipToAsync(start.Position, cancellationToken);
            return new CompressedReader(input, format, documentCount, start.FirstDocument, options.FromDocument, file.Length);
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        ValueTask CloseAsync() => input?.DisposeAsync() ?? file.DisposeAsync();
    }

    /// <summary>Reads the header alone; null for the uncompressed format of Lucene 4.0.</summary>
    /// <exception cref="UnsupportedFormatException">It is of a format that cannot be read.</exception>
    public static async ValueTask<CompressedFormat?> ReadFormatAsync(SegmentFiles files, string segment, ReadOnlyMemory<byte>? id, CancellationToken cancellationToken)
    {
        var name = segment + ".fdt";
        await using var file = await files.OpenAsync(name, cancellationToken);
        return (await PeekAsync(file, name, id, cancellationToken)).Format;
    }

    private static async ValueTask<(CodecHeader Header, CompressedFormat? Format)> PeekAsync(ILuceneFile file, string name, ReadOnlyMemory<byte>? id, CancellationToken cancellationToken)
    {
        var beginning = new ReadAheadLimits { WindowBytes = CodecHeader.BytesMax, WindowsAheadCount = 0 };
        await using var peek = new SequentialInput(file, name, 0, beginning, ownsFile: false);
        await peek.FillAsync(CodecHeader.BytesMax, cancellationToken);
        return ReadHeader(peek.Reader(), id);
    }

    /// <summary>The format; null for the uncompressed one of Lucene 4.0.</summary>
    private static (CodecHeader Header, CompressedFormat? Format) ReadHeader(ByteInput input, ReadOnlyMemory<byte>? id)
    {
        var header = CodecHeader.Read(ref input, id, id is null ? null : "");
        if (header.Codec == PlainReader.DataCodec && id is null)
        {
            header.RequireVersion(input.File, 0, 0);
            return (header, null);
        }

        return (header, CompressedFormat.Read(header, ref input, id));
    }

    private static async ValueTask<(CompressedFormat Format, ChunkStart Start)> FindStartAsync(
        SegmentFiles files, string segment, ReadOnlyMemory<byte>? id, CompressedFormat format, int documentCount, int fromDocument, CancellationToken cancellationToken)
    {
        var (indexName, metadataName) = (segment + ".fdx", segment + ".fdm");
        StoredFieldsMetadata? metadata = null;
        if (format.HasMetadata || format.Header.Version == 2 && format.Encoding == DocumentEncoding.Lucene50)
        {
            metadata = StoredFieldsMetadata.Read(metadataName, await files.ReadWholeAsync(metadataName, cancellationToken), id, format, documentCount);
            format = format with { ChunkSize = metadata.ChunkSize, PackedVersion = metadata.PackedVersion, MaxPointer = metadata.MaxPointer };
        }

        var start = new ChunkStart(0, format.DataStart);
        if (fromDocument > 0 && fromDocument < documentCount && files.LengthOf(indexName) <= StoredFieldsIndex.IndexBytesMax)
        {
            var index = await files.ReadWholeAsync(indexName, cancellationToken);
            start = metadata is null
                ? StoredFieldsIndex.FindLegacy(indexName, index, id, format, fromDocument)
                : metadata.Find(indexName, index, id, fromDocument);
            if (start.FirstDocument < 0 || start.FirstDocument > fromDocument || start.Position < format.DataStart || start.Position > files.LengthOf(segment + ".fdt"))
            {
                throw new CorruptIndexException(indexName, 0, $"the chunk of document {fromDocument}", start.ToString());
            }
        }

        return (format, start);
    }
}
