namespace Portage.Lucene.Files;

/// <summary>A large file of a segment, which is read in windows, and what its footer says of it.</summary>
/// <param name="Name">As the commit names it: <c>_3.fdt</c>, also when it lies inside <c>_3.cfs</c>.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Checksum">The CRC-32 in the footer; what the bytes have is known once they were read.</param>
public sealed record ScannedFile(string Name, long Length, uint Checksum);
