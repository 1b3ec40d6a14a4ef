using System.Collections.Immutable;
using System.Globalization;

namespace Portage.Planning.Destroying;

/// <summary>Says what is destroyed, in words that no plan uses for anything else.</summary>
public static class DestructionText
{
    /// <summary>
    /// Each thing once: an index that goes takes along what other steps would have deleted or overwritten in it. In the order of clusters and names.
    /// </summary>
    public static ImmutableArray<Destruction> Merge(IEnumerable<Destruction> destructions)
    {
        var all = destructions.GroupBy(one => (one.Target, one.Name, one.Kind)).Select(same => same.Key.Kind == DestructionKind.DeleteDocuments ? Together([.. same.Distinct()]) : same.First()).ToArray();
        var indices = all.Where(one => one.Kind == DestructionKind.DeleteIndex).Select(one => (one.Target, one.Name)).ToHashSet();
        return
        [
            .. all
                .Where(one => one.Kind is not (DestructionKind.DeleteDocuments or DestructionKind.OverwriteDocuments) || !indices.Contains((one.Target, one.Name)))
                .OrderBy(one => one.Target, StringComparer.Ordinal)
                .ThenBy(one => one.Kind)
                .ThenBy(one => one.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>What several steps take back of their own in one index: each knows of its own, and of who else wrote there.</summary>
    private static Destruction Together(Destruction[] own) => own.Length == 1 ? own[0] : own[0] with
    {
        Documents = own.Sum(one => one.Documents ?? 0),
        Bytes = null,
        Foreign = own.Any(IsAtMost) ? null : own.Min(one => one.Foreign),

        // Whoever goes too is named by the others, and not by itself.
        By = own.Select(one => one.By ?? []).Aggregate((a, b) => [.. a.Where(one => b.Any(other => (other.Step, other.Session) == (one.Step, one.Session)))]) is { IsEmpty: false } by ? by : null,
    };

    /// <summary>
    /// One text a cluster, without the verb: <c>3 indices, 14,005 documents on blue, 5 of them not written by Portage</c>. Empty for nothing.
    /// </summary>
    public static ImmutableArray<string> Of(IEnumerable<Destruction> destructions) =>
        [.. Merge(destructions).GroupBy(one => one.Target, StringComparer.Ordinal).Select(on => OnOne(on.Key, [.. on]))];

    /// <summary>One thing, as <c>delete index logs: 305 documents, 5 of them not written by Portage</c>.</summary>
    public static string Line(Destruction one)
    {
        var what = one.Kind switch
        {
            DestructionKind.DeleteIndex => $"delete index {one.Name}",
            DestructionKind.DeleteDocuments => $"delete the documents that Portage wrote to {one.Name}",
            DestructionKind.OverwriteDocuments => $"overwrite documents of {one.Name}",
            DestructionKind.DeleteTemplate => $"delete template {one.Name}",
            DestructionKind.DeleteAlias => $"delete alias {one.Name}",
            _ => $"delete snapshot {one.Name}",
        };
        return $"{what} on {one.Target}{(one.Documents is null ? "" : ": ")}{Size(one)}{(one.Because is { } why ? $"; {why}" : "")}";
    }

    /// <summary>How much of it there is, as <c>305 documents, 5 of them not written by Portage</c>.</summary>
    public static string Size(Destruction one) =>
        (one.MayGo is { } documents ? $"{(IsAtMost(one) ? "up to " : "")}{Count(documents, "document")}{Bytes(one.Bytes)}" : "") + By(one) + Foreign(one);

    /// <summary>True where it may be fewer: of documents that are written over, and of its own where nobody can tell how many of them others have written over since.</summary>
    private static bool IsAtMost(Destruction one) =>
        one.Kind == DestructionKind.OverwriteDocuments || (one is { Kind: DestructionKind.DeleteDocuments, Foreign: null, Documents: not 0 } && !(one.By ?? []).Any(written => written.IsAtMost));

    private static string By(Destruction one) => string.Concat((one.By ?? []).Select(written => one.Kind == DestructionKind.DeleteDocuments
        ? $"; {(written.IsAtMost ? "up to " : "")}{Number(written.Documents)} that {written.Who} wrote {(written.Documents == 1 ? "is" : "are")} not among them"
        : $", {(one.Foreign is null || one.SentMax is not null ? "up to " : "")}{Number(one.AtMostSent(written.Documents)!.Value)} of them written by {written.Who}"));

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string OnOne(string target, ImmutableArray<Destruction> all)
    {
        var parts = new List<string>();
        foreach (var kind in all.GroupBy(one => one.Kind).OrderBy(group => group.Key))
        {
            var count = kind.Count();
            var documents = kind.Sum(one => one.MayGo ?? 0);
            parts.AddRange(kind.Key switch
            {
                DestructionKind.DeleteIndex => [Count(count, "index"), Count(documents, "document")],
                DestructionKind.DeleteDocuments => [$"{(kind.Any(IsAtMost) ? "up to " : "")}{Count(documents, "document")} in {Count(count, "index")}"],
                DestructionKind.OverwriteDocuments => [$"up to {Count(documents, "document")} overwritten in {Count(count, "index")}"],
                DestructionKind.DeleteTemplate => [Count(count, "template")],
                DestructionKind.DeleteAlias => [Count(count, "alias")],
                _ => (string[])[Count(count, "snapshot")],
            });
        }

        var taken = all.Where(one => one.Kind is DestructionKind.DeleteIndex or DestructionKind.OverwriteDocuments).ToArray();
        var foreign = taken.Sum(one => one.AtMostSent(one.Foreign) ?? 0);
        var upTo = taken.Any(one => one.SentMax is not null && one.Foreign > 0) ? "up to " : "";
        var unknown = taken.Count(one => one.Foreign is null && one.Documents is not (null or 0));
        var overwritten = all.Where(one => one.Kind == DestructionKind.OverwriteDocuments).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        var kept = all.Where(one => one.Kind == DestructionKind.DeleteDocuments && !overwritten.Contains(one.Name)).Sum(one => one.Foreign ?? 0);
        return $"{string.Join(", ", parts)} on {target}"
            + (foreign > 0 ? $", {upTo}{foreign.ToString("N0", CultureInfo.InvariantCulture)} of them not written by Portage" : "")
            + (unknown > 0 ? $", in {Count(unknown, "index")} perhaps some that Portage did not write" : "")
            + (kept > 0 ? $"; keeps {Count(kept, "document")} there that Portage did not write" : "");
    }

    private static string Foreign(Destruction one) => (one.Foreign, one.Kind) switch
    {
        (null, DestructionKind.DeleteDocuments) => "; what Portage did not write stays",
        (null, _) when one.Documents is not (null or 0) => ", perhaps some that Portage did not write",
        (> 0 and var many, DestructionKind.DeleteDocuments) => $"; {Number(many)} that Portage did not write {(many == 1 ? "stays" : "stay")}",
        (> 0, _) => $", {(one.SentMax is null ? "" : "up to ")}{Number(one.AtMostSent(one.Foreign)!.Value)} of them not written by Portage",
        _ => "",
    };

    /// <summary>As <c>1 document</c>, <c>14,005 documents</c>, <c>3 indices</c>.</summary>
    public static string Count(long count, string word) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? word : word switch { "index" => "indices", "alias" => "aliases", _ => word + "s" })}";

    private static string Bytes(long? bytes) => bytes switch
    {
        null or 0 => "",
        < 10 * 1024 => $", {bytes.Value.ToString("N0", CultureInfo.InvariantCulture)} bytes",
        < 10L * 1024 * 1024 => $", {bytes.Value / 1024} KB",
        < 10L * 1024 * 1024 * 1024 => $", {bytes.Value / (1024 * 1024)} MB",
        _ => $", {bytes.Value / (1024L * 1024 * 1024)} GB",
    };
}
