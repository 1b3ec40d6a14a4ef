namespace Portage.Lucene.Files;

/// <summary>How a large file is read from start to end.</summary>
public sealed record ReadAheadLimits
{
    /// <summary>Bytes of one read. Default 1 MiB.</summary>
    public int WindowBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Reads under way while the last window is being used. Default 2. An object store with 50 ms to the first byte needs
    /// about 8 to keep one core busy.
    /// </summary>
    public int WindowsAheadCount { get; init; } = 2;
}
