using System.Collections.Immutable;

namespace Portage.Engine.Ports;

/// <summary>What a step remembers that has not begun: nothing. Whoever writes to it is wrong.</summary>
public sealed class NoFiles : IStepFiles
{
    private NoFiles()
    {
    }

    /// <summary>The only one.</summary>
    public static NoFiles Instance { get; } = new();

    /// <inheritdoc/>
    public string Location => "";

    /// <inheritdoc/>
    public string LocationOf(string name) => "";

    /// <inheritdoc/>
    public IStepFiles Item(string item) => this;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken) => ValueTask.FromResult<ImmutableArray<string>>([]);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult<ImmutableArray<string>>([]);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult<byte[]?>(null);

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken) => ValueTask.FromResult<Stream?>(null);

    /// <inheritdoc/>
    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Wrong();

    /// <inheritdoc/>
    public ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw Wrong();

    /// <inheritdoc/>
    public ValueTask CutAsync(string name, long length, CancellationToken cancellationToken) => throw Wrong();

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private static InvalidOperationException Wrong() => new("A step that has not begun remembers nothing.");
}
