using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Conformance;

/// <summary>What a disk that is no disk holds, and what happens before and after each of its writes.</summary>
/// <remarks>
/// A write is three moments: begun (nothing of it is there), torn (of what is appended the first half is there; a text that is
/// replaced is as it was), and done. A test that lets the process end at one of them sees what a kill, or a power loss, leaves.
/// </remarks>
public sealed class MemoryDisk
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, byte[]> _files = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    /// <summary>Called at each moment of each write, with what is done; a task that never ends is a process that ends here.</summary>
    public Func<DiskMoment, string, Task> OnWrite { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Everything that is there, by path.</summary>
    public ImmutableSortedDictionary<string, byte[]> Files
    {
        get { lock (_gate) { return _files; } }
    }

    /// <summary>Puts a file there, as an earlier build would have left it.</summary>
    public void Put(string path, byte[] content) => Change(files => files.SetItem(path, content));

    internal async ValueTask WriteAsync(
        string what,
        Func<ImmutableSortedDictionary<string, byte[]>, ImmutableSortedDictionary<string, byte[]>>? tear,
        Func<ImmutableSortedDictionary<string, byte[]>, ImmutableSortedDictionary<string, byte[]>> write)
    {
        await OnWrite(DiskMoment.Begun, what);
        if (tear is not null)
        {
            Change(tear);
            await OnWrite(DiskMoment.Torn, what);
        }

        Change(write);
        await OnWrite(DiskMoment.Done, what);
    }

    private void Change(Func<ImmutableSortedDictionary<string, byte[]>, ImmutableSortedDictionary<string, byte[]>> change)
    {
        lock (_gate)
        {
            _files = change(_files);
        }
    }
}

/// <summary>A moment of a write.</summary>
public enum DiskMoment
{
    /// <summary>Nothing of it is there.</summary>
    Begun,

    /// <summary>Some of it is there.</summary>
    Torn,

    /// <summary>It is there, and stays.</summary>
    Done,
}

/// <summary>What a step remembers, in memory.</summary>
/// <param name="disk">Where it lies; several steps may share one.</param>
/// <param name="path">Of this step, without a slash at its end.</param>
public sealed class MemoryStepFiles(MemoryDisk disk, string path) : IStepFiles
{
    private const string Items = "/items/";

    /// <inheritdoc/>
    public string Location => path;

    private bool IsItem => path.Contains(Items, StringComparison.Ordinal);

    /// <inheritdoc/>
    public string LocationOf(string name) => $"{path}/{name}";

    /// <inheritdoc/>
    public IStepFiles Item(string item) => new MemoryStepFiles(disk, PathOf(item));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken)
    {
        var below = path + Items;
        return ValueTask.FromResult<ImmutableArray<string>>(
        [
            .. disk.Files.Keys.Where(file => file.StartsWith(below, StringComparison.Ordinal)).Select(file => Uri.UnescapeDataString(file[below.Length..file.LastIndexOf('/')])).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ]);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult<ImmutableArray<string>>(
        [.. disk.Files.Keys.Where(file => file[..file.LastIndexOf('/')] == path).Select(file => file[(path.Length + 1)..]).Order(StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult(disk.Files.GetValueOrDefault(LocationOf(name)));

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream?>(disk.Files.TryGetValue(location, out var content) ? new MemoryStream(content, writable: false) : null);

    /// <inheritdoc/>
    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        disk.WriteAsync($"write {LocationOf(name)}", tear: null, files => files.SetItem(LocationOf(name), content.ToArray()));

    /// <inheritdoc/>
    public ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var had = disk.Files.GetValueOrDefault(LocationOf(name)) ?? [];
        return disk.WriteAsync(
            $"append to {LocationOf(name)}",
            files => files.SetItem(LocationOf(name), [.. had, .. content[..(content.Length / 2)].Span]),
            files => files.SetItem(LocationOf(name), [.. had, .. content.Span]));
    }

    /// <inheritdoc/>
    public ValueTask CutAsync(string name, long length, CancellationToken cancellationToken) => disk.Files.TryGetValue(LocationOf(name), out var had) && had.Length > length
        ? disk.WriteAsync($"cut {LocationOf(name)}", tear: null, files => files.SetItem(LocationOf(name), had[..(int)length]))
        : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => disk.Files.ContainsKey(LocationOf(name))
        ? disk.WriteAsync($"delete {LocationOf(name)}", tear: null, files => files.Remove(LocationOf(name)))
        : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(CancellationToken cancellationToken)
    {
        if (IsItem)
        {
            if (disk.Files.Keys.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)))
            {
                await disk.WriteAsync($"delete {path}", tear: null, files => Remove(files, path + "/"));
            }

            return;
        }

        foreach (var item in await ListItemsAsync(cancellationToken))
        {
            await Item(item).DeleteAllAsync(cancellationToken);
        }

        foreach (var name in await ListAsync(cancellationToken))
        {
            await DeleteAsync(name, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken)
    {
        var (from, there) = (PathOf(item) + "/", ((MemoryStepFiles)to).PathOf(item) + "/");
        var moved = disk.Files.Where(file => file.Key.StartsWith(from, StringComparison.Ordinal)).ToArray();
        return moved.Length == 0
            ? ValueTask.CompletedTask
            : disk.WriteAsync($"move {from}", tear: null, files => Remove(files, from).AddRange(moved.Select(file => KeyValuePair.Create(there + file.Key[from.Length..], file.Value))));
    }

    private string PathOf(string item) => path + Items + Uri.EscapeDataString(item);

    private static ImmutableSortedDictionary<string, byte[]> Remove(ImmutableSortedDictionary<string, byte[]> files, string below) =>
        files.RemoveRange(files.Keys.Where(file => file.StartsWith(below, StringComparison.Ordinal)));
}
