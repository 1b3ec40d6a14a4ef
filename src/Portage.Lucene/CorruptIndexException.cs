using System.Globalization;

namespace Portage.Lucene;

/// <summary>Bytes of a Lucene file are not what its format or its checksum says. Reading the same bytes again cannot help.</summary>
/// <param name="file">The file, as the commit names it: <c>_3.fdt</c>, also when it lies inside <c>_3.cfs</c>.</param>
/// <param name="position">Where in that file, in bytes from its start; 0 when the file as a whole is meant.</param>
/// <param name="expected">What should have been there.</param>
/// <param name="found">What was there.</param>
/// <param name="inner">The error of a decoder below, where there was one.</param>
public sealed class CorruptIndexException(string file, long position, string expected, string found, Exception? inner = null)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"The Lucene file '{file}' is corrupt at position {position}: expected {expected}, found {found}."), inner)
{
    /// <summary>The file, as the commit names it.</summary>
    public string File { get; } = file;

    /// <summary>Bytes from the start of the file; 0 when the file as a whole is meant.</summary>
    public long Position { get; } = position;

    /// <summary>What should have been there.</summary>
    public string Expected { get; } = expected;

    /// <summary>What was there.</summary>
    public string Found { get; } = found;
}
