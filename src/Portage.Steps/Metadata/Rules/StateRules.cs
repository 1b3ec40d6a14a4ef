using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>What an index was at the source beside settings and mapping, and is not on the target.</summary>
internal static class StateRules
{
    /// <summary>The index with what is to be said of it.</summary>
    /// <param name="isClosed">True for one that was closed when the snapshot was taken.</param>
    /// <param name="stream">The data stream that it is a part of; null where it is none's.</param>
    public static MetadataObject Tell(MetadataObject index, bool isClosed, string? stream)
    {
        var findings = index.Findings;
        if (stream is not null)
        {
            findings = findings.Add(new(FindingKind.Dropped, $"data stream {stream} (data streams are not moved as such yet: it becomes a plain index, and who writes to {stream} does not find it)"));
        }

        if (isClosed)
        {
            findings = findings.Add(new(FindingKind.Changed, "closed at the source → open, as a closed one takes no documents; close it again when they are validated: POST /INDEX/_close"));
        }

        return index with { Findings = findings };
    }
}
