using System.Collections.Immutable;

namespace Portage.Engine.Ports;

/// <summary>What a step remembers from one attempt to the next: small texts replaced whole, and logs that only grow.</summary>
/// <remarks>
/// Whatever a call has returned from survives a kill and a power loss. A call that was cut off leaves a text as it was or as it
/// was to be, and of what was appended any number of the first bytes: who reads a log passes over an unfinished end, and cuts it
/// off before appending again. Names are 1 to 64 lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, and begin with a letter.
/// One worker writes at a time; different names may be used at the same time. Every call may throw an <see cref="IOException"/>, as on a full disk.
/// </remarks>
public interface IStepFiles
{
    /// <summary>Where all of it lies, for people.</summary>
    string Location { get; }

    /// <summary>Where one of them lies: for people, and for <see cref="OpenAsync"/> of a later step.</summary>
    string LocationOf(string name);

    /// <summary>What is remembered about one item of the step: apart from all else, deleted and handed over together.</summary>
    /// <param name="item">Any text of at most 255 bytes, as the name of an index.</param>
    IStepFiles Item(string item);

    /// <summary>The items of which anything is remembered, in order.</summary>
    ValueTask<ImmutableArray<string>> ListItemsAsync(CancellationToken cancellationToken);

    /// <summary>The names of what is remembered here, items not counted, in order.</summary>
    ValueTask<ImmutableArray<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The whole of it; null when there is none.</summary>
    ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads what may be long, wherever in this or another step it lies.</summary>
    /// <param name="location">As <see cref="LocationOf"/> gave it.</param>
    /// <returns>Null when nothing is there.</returns>
    ValueTask<Stream?> OpenAsync(string location, CancellationToken cancellationToken);

    /// <summary>Replaces the whole of it.</summary>
    ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Adds to the end, and begins it where there is none.</summary>
    ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Cuts off what is longer than <paramref name="length"/> bytes.</summary>
    ValueTask CutAsync(string name, long length, CancellationToken cancellationToken);

    /// <summary>Deletes it; one that is gone already is no error.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes everything that is remembered here: at once where this is an item, items included where it is not. Repeated after a kill, it deletes the rest.</summary>
    ValueTask DeleteAllAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Hands everything about an item to another step of the same kind, which has nothing about it: at every moment exactly one of
    /// them has it. Repeated after a kill it does nothing more.
    /// </summary>
    /// <param name="to">Of the same backend.</param>
    ValueTask MoveItemAsync(string item, IStepFiles to, CancellationToken cancellationToken);
}
