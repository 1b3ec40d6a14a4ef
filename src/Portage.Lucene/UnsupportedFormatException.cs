namespace Portage.Lucene;

/// <summary>A sound file in a format that cannot be read here (for example one from hardware compression), or one from Lucene 3 or earlier.</summary>
/// <param name="file">The file, as the commit names it.</param>
/// <param name="format">The format as the file itself calls it, with its version where that matters.</param>
public sealed class UnsupportedFormatException(string file, string format)
    : Exception($"The Lucene file '{file}' is in the format '{format}', which cannot be read yet.")
{
    /// <summary>The file, as the commit names it.</summary>
    public string File { get; } = file;

    /// <summary>The format as the file itself calls it.</summary>
    public string Format { get; } = format;
}
