using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Engine.Tests.Simulation;

/// <summary>What steps of this world remember: only of which items anything is, and that can be handed over.</summary>
internal sealed class SimFiles(HashSet<(string Folder, string Item)> notes, string folder) : IStepFiles
{
    private static readonly NoFiles Nothing = NoFiles.Instance;

    public string Location => folder;

    public string LocationOf(string name) => $"{folder} {name}";

    public IStepFiles Item(string item) => Nothing;

    public ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<ImmutableArray<string>>([.. notes.Where(note => note.Folder == folder).Select(note => note.Item).Order(StringComparer.Ordinal)]);

    public ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken) => Nothing.ListAsync(cancellationToken);

    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => Nothing.ReadAsync(name, cancellationToken);

    public ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken) => Nothing.OpenAsync(location, cancellationToken);

    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => Nothing.WriteAsync(name, content, cancellationToken);

    public ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => Nothing.AppendAsync(name, content, cancellationToken);

    public ValueTask CutAsync(string name, long length, CancellationToken cancellationToken) => Nothing.CutAsync(name, length, cancellationToken);

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => Nothing.DeleteAsync(name, cancellationToken);

    public ValueTask DeleteAllAsync(CancellationToken cancellationToken) => Nothing.DeleteAllAsync(cancellationToken);

    public async ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken)
    {
        // A controller may be killed before it comes to this.
        await Task.Yield();
        if (notes.Remove((folder, item)))
        {
            notes.Add((to.Location, item));
        }
    }
}
