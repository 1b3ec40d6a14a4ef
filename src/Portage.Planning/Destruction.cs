using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Planning;

/// <summary>What happens to something on a cluster that somebody may miss.</summary>
public enum DestructionKind
{
    /// <summary>An index goes, with all documents in it.</summary>
    DeleteIndex,

    /// <summary>The documents that Portage wrote go; the index, and what others wrote into it, stay.</summary>
    DeleteDocuments,

    /// <summary>Documents that are there are replaced by others of the same id.</summary>
    OverwriteDocuments,

    /// <summary>A template goes.</summary>
    DeleteTemplate,

    /// <summary>An alias goes.</summary>
    DeleteAlias,

    /// <summary>A snapshot goes.</summary>
    DeleteSnapshot,
}

/// <summary>Documents that another step of Portage wrote.</summary>
/// <param name="Step">Which.</param>
/// <param name="Documents">How many of them are there; at most as many, where nobody can tell how many documents are somebody else's.</param>
public sealed record WrittenDocuments(StepAddress Step, long Documents)
{
    /// <summary>The session of the step; null where it is the very one that is asked about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Session { get; init; }

    /// <summary>True where that step cannot tell how many of its own are there still, while the one that is asked about knows its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAtMost { get; init; }

    /// <summary>As <c>shop/recent@blue:backfill of session trial</c>.</summary>
    [JsonIgnore]
    public string Who => Session is null ? $"{Step}" : $"{Step} of session {Session}";
}

/// <summary>Something on a cluster that a change deletes, empties or overwrites, with what is there now.</summary>
/// <param name="Kind">What happens to it.</param>
/// <param name="Target">The cluster by its name in the configuration, as <c>blue</c>.</param>
/// <param name="Name">The index, template, alias or snapshot.</param>
/// <param name="Documents">How many documents are there now; null for what has none, or where they cannot be counted. Of those that are written over, and of Portage's own where <paramref name="Foreign"/> is null and not for another step's sake, at most as many.</param>
/// <param name="Bytes">How much it holds; null where that is not known.</param>
/// <param name="Foreign">How many of the documents in it Portage did not write; 0 when it wrote all of them; null where nobody can tell. Where only Portage's own are deleted, these stay.</param>
public sealed record Destruction(DestructionKind Kind, string Target, string Name, long? Documents, long? Bytes, long? Foreign)
{
    /// <summary>The item of the step, which is the index at the source, that this belongs to; null for what belongs to none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Item { get; init; }

    /// <summary>Of what is written over, how many documents are sent there: no more can be written over, however many there are. Null where that is no fewer. Counts for no approval.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SentMax { get; init; }

    /// <summary>Why it cannot stay, as a sentence without its end for people; null where nothing more is known than that it goes. Counts for no approval.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Because { get; init; }

    /// <summary>Other steps that wrote some of the documents, which are then not foreign; null where none did, or nobody asked them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<WrittenDocuments>? By { get; init; }

    /// <summary>How many documents may go: of those that are there, no more than are sent in their place. Null as the documents are.</summary>
    [JsonIgnore]
    public long? MayGo => AtMostSent(Documents);

    /// <summary>A number of the documents that are there, or of those that are sent in their place where these are fewer.</summary>
    public long? AtMostSent(long? documents) => documents > SentMax ? SentMax : documents;

    /// <summary>The item whose work goes with it; null for what is only written over.</summary>
    [JsonIgnore]
    public string? TakenBack => Kind == DestructionKind.OverwriteDocuments ? null : Item;

    /// <summary>True when it is known, or cannot be ruled out, that documents of somebody else are destroyed.</summary>
    [JsonIgnore]
    public bool HasForeign => Kind != DestructionKind.DeleteDocuments && (Foreign is null or > 0) && Documents is not 0;

    /// <summary>What an approval is for: which thing, and whether others wrote into it; never how much there is, which changes while somebody reads.</summary>
    [JsonIgnore]
    public string Key => $"{Kind} {Target} {Name}{(HasForeign ? " foreign" : "")}";

    /// <summary>True when this is more than what was approved: another thing, or others have written into it and had not. An index that may go may be emptied first.</summary>
    public bool IsBeyond(IEnumerable<Destruction> approved) =>
        !approved.Any(other => (other.Kind == Kind || (other.Kind == DestructionKind.DeleteIndex && Kind == DestructionKind.DeleteDocuments)) && other.Target == Target && other.Name == Name && (other.HasForeign || !Knowing([other]).HasForeign));

    /// <summary>The same with what other steps are known to have written, which is not foreign then: whoever looked at this could not ask them.</summary>
    /// <param name="known">As it was approved.</param>
    public Destruction Knowing(IEnumerable<Destruction> known) =>
        By is null && Foreign is { } foreign && known.FirstOrDefault(other => other.By is not null && (other.Kind, other.Target, other.Name) == (Kind, Target, Name)) is { By: { } by }
            ? this with { Foreign = Math.Max(0, foreign - by.Sum(written => written.Documents)), By = by }
            : this;

    /// <summary>
    /// The same things, each with what the others tell of it: whoever made an index does not know who wrote into it, but whoever wrote knows of its own.
    /// </summary>
    public static IReadOnlyList<Destruction> Explain(IReadOnlyCollection<Destruction> all)
    {
        // One that cannot tell what is still its own leaves nobody who can.
        var written = all.Where(one => one.Kind == DestructionKind.DeleteDocuments && (one.Foreign is not null || one.Documents is not 0)).ToLookup(one => (one.Target, one.Name));
        var whole = all.Where(one => one.Kind == DestructionKind.DeleteIndex).Select(one => (one.Target, one.Name)).ToHashSet();

        // What stays goes with the index then; but of whoever cannot tell, the number is no surer for that.
        return [.. all.Select(one => one is { Kind: DestructionKind.DeleteDocuments, Foreign: not null } && whole.Contains((one.Target, one.Name)) ? one with { Foreign = 0 }
            : one is { Kind: DestructionKind.DeleteIndex, Foreign: null } && written[(one.Target, one.Name)].ToArray() is [{ Foreign: not null } own] && own.Documents + own.Foreign + (own.By ?? []).Sum(written => written.Documents) == one.Documents
            ? one with { Foreign = own.Foreign }
            : one)];
    }

    /// <summary>True when they say the same.</summary>
    public bool Equals(Destruction? other) => ReferenceEquals(this, other) || (other is not null
        && (Kind, Target, Name, Documents, Bytes, Foreign, Item, Because, SentMax) == (other.Kind, other.Target, other.Name, other.Documents, other.Bytes, other.Foreign, other.Item, other.Because, other.SentMax)
        && (By ?? []).SequenceEqual(other.By ?? []));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Target, Name, Documents);
}
