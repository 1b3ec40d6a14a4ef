using System.Buffers;
using System.Collections.Immutable;
using Portage.Transforms.Json;

namespace Portage.Transforms;

/// <summary>What is done to every document, one operation after the other. Thread-safe; the same document always comes out the same.</summary>
/// <remarks>
/// What no operation touches comes out byte for byte as it went in, mostly without having been taken apart. Of what is touched, everything but the
/// change stays as it is written: the digits of numbers, the order of names, names that occur twice.
/// </remarks>
public sealed class DocumentTransform
{
    private readonly ImmutableArray<Prepared> _operations;

    /// <param name="operations">In the order in which they are done.</param>
    /// <exception cref="ScriptUnusableException">One is a script that cannot be used.</exception>
    public DocumentTransform(IEnumerable<TransformOperation> operations)
    {
        var prepared = ImmutableArray.CreateBuilder<Prepared>();
        foreach (var operation in operations)
        {
            try
            {
                prepared.Add(Prepared.Of(operation));
            }
            catch (TransformFailure failure)
            {
                throw new ScriptUnusableException(prepared.Count, failure.Message);
            }
        }

        _operations = prepared.ToImmutable();
    }

    /// <summary>True where nothing is done to any document.</summary>
    public bool IsNothing => _operations.IsEmpty;

    /// <summary>A text as JSON, for <see cref="TransformOperation.Set"/>.</summary>
    public static string JsonOf(string text) => System.Text.Encoding.UTF8.GetString(JsonWords.Quoted(text));

    /// <summary>Does it to one document.</summary>
    /// <param name="source">Its source, JSON.</param>
    /// <param name="facts">What else is known of it.</param>
    public TransformedDocument Apply(DocumentFacts facts, ReadOnlyMemory<byte> source)
    {
        var (root, number) = (default(SourceNode), 0);
        try
        {
            for (; number < _operations.Length; number++)
            {
                // Of a changed source the bytes are not known yet.
                if (root is { IsChanged: true } || _operations[number].MayTouch(source.Span))
                {
                    root ??= SourceNode.Parse(source);
                    if (!_operations[number].Apply(facts, root))
                    {
                        return new TransformedDocument.LeftOut();
                    }
                }
            }
        }
        catch (TransformFailure failure)
        {
            return new TransformedDocument.Failed(number, failure.Message.EndsWith('.') ? failure.Message : failure.Message + ".");
        }

        if (root is not { IsChanged: true })
        {
            return new TransformedDocument.Kept(source);
        }

        var changed = new ArrayBufferWriter<byte>(source.Length + 64);
        root.Write(changed);
        return new TransformedDocument.Changed(changed.WrittenMemory);
    }
}

/// <summary>What came of a document.</summary>
public abstract record TransformedDocument
{
    private TransformedDocument()
    {
    }

    /// <summary>It stays as it is.</summary>
    /// <param name="Source">The very memory that went in.</param>
    public sealed record Kept(ReadOnlyMemory<byte> Source) : TransformedDocument;

    /// <summary>It is another one.</summary>
    /// <param name="Source">Memory of its own.</param>
    public sealed record Changed(ReadOnlyMemory<byte> Source) : TransformedDocument;

    /// <summary>A script left it out.</summary>
    public sealed record LeftOut : TransformedDocument;

    /// <summary>It cannot be transformed.</summary>
    /// <param name="Operation">Which operation failed, counted from 0.</param>
    /// <param name="Reason">A sentence for people.</param>
    public sealed record Failed(int Operation, string Reason) : TransformedDocument;
}
