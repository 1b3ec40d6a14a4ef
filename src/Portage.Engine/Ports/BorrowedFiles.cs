using System.Collections.Immutable;

namespace Portage.Engine.Ports;

/// <summary>What a step remembers, and what others remember of items that it would take over from them: for looking, before anything changes hands.</summary>
/// <param name="own">Its own.</param>
/// <param name="borrowed">Of each item, whose notes hold it.</param>
internal sealed class BorrowedFiles(IStepFiles own, IReadOnlyDictionary<string, IStepFiles> borrowed) : IStepFiles
{
    /// <inheritdoc/>
    public string Location => own.Location;

    /// <inheritdoc/>
    public string LocationOf(string name) => own.LocationOf(name);

    /// <inheritdoc/>
    public IStepFiles Item(string item) => (borrowed.GetValueOrDefault(item) ?? own).Item(item);

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken)
    {
        var items = new SortedSet<string>(await own.ListItemsAsync(cancellationToken), StringComparer.Ordinal);
        foreach (var notes in borrowed.Values.Distinct())
        {
            items.UnionWith((await notes.ListItemsAsync(cancellationToken)).Where(item => borrowed.GetValueOrDefault(item) == notes));
        }

        return [.. items];
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken) => own.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => own.ReadAsync(name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken) => own.OpenAsync(location, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => own.WriteAsync(name, content, cancellationToken);

    /// <inheritdoc/>
    public ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => own.AppendAsync(name, content, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CutAsync(string name, long length, CancellationToken cancellationToken) => own.CutAsync(name, length, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => own.DeleteAsync(name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(CancellationToken cancellationToken) => own.DeleteAllAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken) => own.MoveItemAsync(item, to, cancellationToken);
}
