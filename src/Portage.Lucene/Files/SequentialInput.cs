using System.Diagnostics;

namespace Portage.Lucene.Files;

/// <summary>A large file, read once from some position towards its end, in windows that are asked for ahead of their use.</summary>
/// <remarks>
/// Holds the windows under way, and one buffer in which whatever is asked for by <see cref="EnsureAsync"/> lies together. From the
/// start of the file on it also computes the checksum that the footer is compared with.
/// </remarks>
internal sealed class SequentialInput : IAsyncDisposable
{
    /// <summary>Bytes behind those in memory that decoders may load too.</summary>
    public const int SlackBytes = 64;

    // A buffer that a single huge document has blown up is given back once the window size is enough again.
    private const int KeptBufferFactor = 8;

    private readonly ILuceneFile _file;
    private readonly bool _ownsFile;
    private readonly int _windowBytes;
    private readonly Queue<Window> _underWay = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly int _windowsAhead;
    private readonly CancellationTokenSource _closing = new();
    private readonly bool _isChecksummed;
    private readonly long _length;

    private Crc32 _checksum;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private long _loadedTo;
    private long _askedTo;
    private bool _isDisposed;

    /// <param name="end">Where reading stops; null: at the end of the file.</param>
    public SequentialInput(ILuceneFile file, string name, long position, ReadAheadLimits limits, bool ownsFile, long? end = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.WindowBytes, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.WindowsAheadCount);
        (_file, Name, _ownsFile, _windowBytes, _windowsAhead) = (file, name, ownsFile, limits.WindowBytes, limits.WindowsAheadCount);
        (_loadedTo, _askedTo) = (position, position);
        _isChecksummed = position == 0 && end is null;
        _length = end ?? file.Length;
        _buffer = new byte[(int)Math.Min(_windowBytes, Math.Max(_length - position, 0)) + SlackBytes];
    }

    public string Name { get; }

    /// <summary>Whether everything from the start of the file has come by, so that the footer can be compared.</summary>
    public bool IsChecksummed => _isChecksummed;

    /// <summary>Where in the file the next unread byte is.</summary>
    public long Position => _loadedTo - (_end - _start);

    /// <summary>Unread bytes up to the end.</summary>
    public long Remaining => _length - Position;

    /// <summary>Unread bytes in memory.</summary>
    public int BufferedCount => _end - _start;

    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The same and <see cref="SlackBytes"/> more, which mean nothing.</summary>
    public ReadOnlySpan<byte> BufferedWithSlack => _buffer.AsSpan(_start, _end - _start + SlackBytes);

    /// <summary>A reader over what is in memory; follow it with <see cref="Advance"/>.</summary>
    public ByteInput Reader(bool littleEndian = false) => new(Name, Buffered, Position) { LittleEndian = littleEndian };

    public void Advance(int count)
    {
        Debug.Assert(count <= BufferedCount, "More was used than was there.");
        _start += count;
    }

    public CorruptIndexException Corrupt(string expected, string found) => new(Name, Position, expected, found);

    /// <summary>Brings as many bytes as there are, up to <paramref name="count"/>, into memory.</summary>
    public ValueTask FillAsync(long count, CancellationToken cancellationToken) =>
        BufferedCount >= count ? default : LoadAsync((int)Math.Min(Math.Min(count, Remaining), Array.MaxLength - SlackBytes), cancellationToken);

    /// <summary>Brings that many bytes into memory.</summary>
    /// <exception cref="CorruptIndexException">The file has less.</exception>
    public ValueTask EnsureAsync(long count, CancellationToken cancellationToken) =>
        BufferedCount >= count ? default
        : count > Remaining || count > Array.MaxLength - SlackBytes ? throw Corrupt($"{count} more bytes", $"{Remaining}")
        : LoadAsync((int)count, cancellationToken);

    /// <summary>Reads on without looking, up to a position that lies ahead.</summary>
    public async ValueTask SkipToAsync(long position, CancellationToken cancellationToken)
    {
        if (position < Position || position > _length)
        {
            throw Corrupt("a position ahead within the file", $"{position}");
        }

        while (Position < position)
        {
            await FillAsync(1, cancellationToken);
            Advance((int)Math.Min(BufferedCount, position - Position));
        }
    }

    public ValueTask SkipToFooterAsync(CancellationToken cancellationToken) =>
        SkipToAsync(_length - CodecFooter.Bytes, cancellationToken);

    /// <summary>Reads the footer, which must be what comes next, and compares.</summary>
    public async ValueTask<uint> VerifyFooterAsync(CancellationToken cancellationToken)
    {
        Debug.Assert(_isChecksummed, "Without the start of the file there is no checksum to compare.");
        await EnsureAsync(CodecFooter.Bytes, cancellationToken);
        var position = Position;
        CodecFooter.Verify(Name, position, Buffered[..CodecFooter.Bytes], _checksum.Value);
        Advance(CodecFooter.Bytes);
        return _checksum.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        End(_closing);
        while (_underWay.TryDequeue(out var window))
        {
            // Its buffer, and the file, must not go while it is being filled. What it failed with no longer matters.
            await ((Task)window.Read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _closing.Dispose();
        if (_ownsFile)
        {
            await _file.DisposeAsync();
        }
    }

    // At once: reads of this machine's files end where they began.
    private static void End(CancellationTokenSource source) => source.Cancel();

    private async ValueTask LoadAsync(int count, CancellationToken cancellationToken)
    {
        while (BufferedCount < count)
        {
            AskAhead();
            var window = _underWay.Peek();
            try
            {
                await window.Read.WaitAsync(cancellationToken);
            }
            catch (EndOfStreamException e)
            {
                throw new CorruptIndexException(Name, _loadedTo, $"a file of {_length} bytes", "its end", e);
            }

            _underWay.Dequeue();
            Append(window, count);
        }
    }

    private void AskAhead()
    {
        while (_underWay.Count <= _windowsAhead && _askedTo < _length)
        {
            var length = (int)Math.Min(_windowBytes, _length - _askedTo);
            var bytes = _spare.TryPop(out var spare) ? spare : new byte[Math.Min(_windowBytes, _length)];
            _underWay.Enqueue(new(bytes, length, _file.ReadAsync(_askedTo, bytes.AsMemory(0, length), _closing.Token).AsTask()));
            _askedTo += length;
        }
    }

    private void Append(Window window, int count)
    {
        MakeRoom(Math.Max(count, BufferedCount + window.Length));
        var bytes = window.Bytes.AsSpan(0, window.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += window.Length;
        _loadedTo += window.Length;
        _spare.Push(window.Bytes);
        if (_isChecksummed)
        {
            // The last 8 bytes of the file are the checksum itself.
            var covered = Math.Clamp(_length - CodecFooter.ChecksumBytes - (_loadedTo - window.Length), 0, window.Length);
            _checksum.Append(bytes[..(int)covered]);
        }
    }

    private void MakeRoom(int count)
    {
        var kept = Buffered;
        var isOversized = _buffer.Length > KeptBufferFactor * (long)_windowBytes && count <= _buffer.Length / KeptBufferFactor;
        if (count + SlackBytes <= _buffer.Length && !isOversized)
        {
            kept.CopyTo(_buffer);
        }
        else
        {
            var larger = new byte[Math.Min(Math.Max(count + (long)SlackBytes, Math.Min(2L * count, _length + SlackBytes)), Array.MaxLength)];
            kept.CopyTo(larger);
            _buffer = larger;
        }

        (_start, _end) = (0, kept.Length);
    }

    private readonly record struct Window(byte[] Bytes, int Length, Task Read);
}
