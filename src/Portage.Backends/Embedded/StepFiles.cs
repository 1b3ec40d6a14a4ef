using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Backends.Embedded;

/// <summary>What a step remembers, in its work folder: files there, and a folder below <c>items</c> for each item.</summary>
public sealed class StepFiles : IStepFiles
{
    private const string Items = "items";

    // An item on its way out has no place among the items any more, so that it is gone at once.
    private const string Leaving = "leaving";

    private readonly string _path;
    private readonly Disk _disk;

    /// <param name="path">The folder; made when something is written.</param>
    public StepFiles(string path)
        : this(path, Disk.OfThisMachine)
    {
    }

    internal StepFiles(string path, Disk disk) => (_path, _disk) = (path, disk);

    /// <inheritdoc/>
    public string Location => _path;

    private bool IsItem => Path.GetFileName(Path.GetDirectoryName(_path)) == Items;

    /// <inheritdoc/>
    public string LocationOf(string name) => Path.Combine(_path, name);

    /// <inheritdoc/>
    public IStepFiles Item(string item) => new StepFiles(FolderOf(item), _disk);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_path, Items);
        return ValueTask.FromResult<ImmutableArray<string>>(Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Where(item => Directory.EnumerateFiles(item).Any(IsWhole)).Select(ItemOf).Order(StringComparer.Ordinal)]
            : []);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult<ImmutableArray<string>>(Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path).Where(IsWhole).Select(file => Path.GetFileName(file)).Where(name => IsItem || !WorkFolder.IsOfTheBackend(name)).Order(StringComparer.Ordinal)]
        : []);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult(DurableFile.Read(LocationOf(name)));

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken)
    {
        try
        {
            return ValueTask.FromResult<Stream?>(new FileStream(location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ValueTask.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Make();
        DurableFile.Write(LocationOf(name), content.Span, _disk);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Make();
        DurableFile.Append(LocationOf(name), content.Span, _disk);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CutAsync(string name, long length, CancellationToken cancellationToken)
    {
        DurableFile.Cut(LocationOf(name), length, _disk);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        DurableFile.Delete(LocationOf(name), _disk);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(CancellationToken cancellationToken)
    {
        if (IsItem)
        {
            Leave();
            return;
        }

        foreach (var item in await ListItemsAsync(cancellationToken))
        {
            await Item(item).DeleteAllAsync(cancellationToken);
        }

        foreach (var name in await ListAsync(cancellationToken))
        {
            DurableFile.Delete(LocationOf(name), _disk);
        }
    }

    /// <inheritdoc/>
    public ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken)
    {
        var (from, there) = (FolderOf(item), ((StepFiles)to).FolderOf(item));
        if (Directory.Exists(from))
        {
            MakeFolder(Path.GetDirectoryName(there)!);
            MoveFolder(from, there);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Forgets an item by one move, which a kill leaves done or not done; what it held is removed afterwards.</summary>
    private void Leave()
    {
        var gone = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(_path))!, Leaving, Path.GetFileName(_path));
        if (Directory.Exists(gone))
        {
            Directory.Delete(gone, recursive: true);
        }

        if (Directory.Exists(_path))
        {
            MakeFolder(Path.GetDirectoryName(gone)!);
            MoveFolder(_path, gone);
            Directory.Delete(gone, recursive: true);
        }
    }

    private void Make() => MakeFolder(_path);

    /// <summary>Makes a folder and those above it, each of them so that it survives a power loss.</summary>
    private void MakeFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            var above = Path.GetDirectoryName(folder)!;
            MakeFolder(above);
            Directory.CreateDirectory(folder);
            _disk.FlushFolder(above);
        }
    }

    private void MoveFolder(string from, string to)
    {
        Directory.Move(from, to);
        _disk.FlushFolder(Path.GetDirectoryName(to)!);
        _disk.FlushFolder(Path.GetDirectoryName(from)!);
    }

    private static bool IsWhole(string file) => !file.EndsWith(DurableFile.Unfinished, StringComparison.Ordinal);

    private string FolderOf(string item) => Path.Combine(_path, Items, Escaped(item));

    // Only what a folder cannot be called: names of indices stay as people know them.
    private static string Escaped(string item) => item switch
    {
        "." => "%2E",
        ".." => "%2E%2E",
        _ => item.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal),
    };

    private static string ItemOf(string folder) => Uri.UnescapeDataString(Path.GetFileName(folder));
}
