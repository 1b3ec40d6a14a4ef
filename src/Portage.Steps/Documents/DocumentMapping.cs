using System.Diagnostics;
using Portage.Clusters.Validation;
using Portage.Snapshots.Shards;
using Portage.Steps.Reading;
using Portage.Transforms;

namespace Portage.Steps.Documents;

/// <summary>What a document of the snapshot becomes on the target: the one place that says so.</summary>
internal static class DocumentMapping
{
    /// <summary>The word for programs of a document that a transform failed for.</summary>
    public const string TransformFailed = "transform";

    /// <summary>Where it goes. What cannot be written has a place too: its absence there is no fault.</summary>
    public static DocumentKey KeyOf(SelectedIndex index, SourceDocument document) =>

        // A child of the old parent types is kept beside its parent, as the source kept it.
        new(index.TargetOf(document.Type), index.IdOf(document.Type, document.Id), document.Routing ?? document.Parent);

    /// <summary>What is written there, or why nothing can be.</summary>
    public static MappedDocument Map(SelectedIndex index, SourceDocument document)
    {
        var key = KeyOf(index, document);
        return document.Source is not { } source ? new MappedDocument.Reject(key, "no_source", document.IsRebuilt ? "The source of this document is not stored, and cannot be put together exactly." : "The snapshot holds no source of this document.")
            : SourceJson.TryConvert(source, document.Format, out var json, out var why) ? Transform(index.Transforms, key, json)
            : new MappedDocument.Reject(key, "source_format", why);
    }

    private static MappedDocument Transform(SliceTransforms transforms, DocumentKey key, ReadOnlyMemory<byte> json) => transforms.Documents.Apply(new(key.Index, key.Id, key.Routing), json) switch
    {
        TransformedDocument.Kept(var same) => new MappedDocument.Write(key, SourceText.Compact(same)),
        TransformedDocument.Changed(var changed) => new MappedDocument.Write(key, SourceText.Compact(changed)) { IsTransformed = true },
        TransformedDocument.LeftOut => new MappedDocument.Filter(key),
        TransformedDocument.Failed(var number, var reason) => new MappedDocument.Reject(key, TransformFailed, $"{transforms.NameOfOperation(number)}: {reason}"),
        _ => throw new UnreachableException(),
    };
}

/// <summary>What becomes of a document.</summary>
internal abstract record MappedDocument(DocumentKey Key)
{
    /// <summary>It is written.</summary>
    /// <param name="Source">Valid as long as the document's own.</param>
    public sealed record Write(DocumentKey Key, ReadOnlyMemory<byte> Source) : MappedDocument(Key)
    {
        /// <summary>True where it is not what the snapshot has.</summary>
        public bool IsTransformed { get; init; }
    }

    /// <summary>A transform leaves it out.</summary>
    public sealed record Filter(DocumentKey Key) : MappedDocument(Key);

    /// <summary>It cannot be.</summary>
    /// <param name="Type">A word for programs.</param>
    /// <param name="Reason">A sentence for people.</param>
    public sealed record Reject(DocumentKey Key, string Type, string Reason) : MappedDocument(Key);
}
