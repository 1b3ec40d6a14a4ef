namespace Portage.Lucene.Files;

/// <summary>The files of one Lucene index, wherever they lie: a folder, or the blobs of a shard in a snapshot repository.</summary>
/// <remarks>Implementations allow several files to be open, and read, at the same time.</remarks>
public interface ILuceneDirectory
{
    /// <summary>Every file of the index by name, with its length in bytes.</summary>
    IReadOnlyDictionary<string, long> Files { get; }

    /// <summary>Opens a file for reading. Cheap: nothing is read yet.</summary>
    /// <param name="name">One of <see cref="Files"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is gone.</exception>
    ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken);
}
