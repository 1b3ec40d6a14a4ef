using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary>Documents held as they were at one moment: behind a scroll, or a point in time.</summary>
internal sealed class SearchContext(long number, string id, IReadOnlyList<ResolvedIndex> indices, DateTimeOffset created)
{
    public long Number => number;

    public string Id => id;

    public IReadOnlyList<ResolvedIndex> Indices => indices;

    public DateTimeOffset Created => created;

    public TimeSpan KeepAlive { get; set; }

    public DateTimeOffset Ends { get; set; }

    /// <summary>For a scroll: what it asks for, its hits in order, and how many have been handed out.</summary>
    public SearchRequest? Search { get; init; }

    public Sorter? Sorter { get; init; }

    public IReadOnlyList<SortedDocument> Hits { get; init; } = [];

    public int Position { get; set; }

    /// <summary>For a point in time: the documents of every index.</summary>
    public IReadOnlyList<FoundDocument> Documents { get; init; } = [];
}

/// <summary>The open contexts of one kind, with their ends.</summary>
/// <param name="kind">What the ids begin with, so that an id of this kind is told from nonsense.</param>
/// <param name="openMax">Most that are open at a time.</param>
internal sealed class SearchContexts(ClusterState cluster, string kind, int openMax)
{
    private readonly SortedDictionary<long, SearchContext> _open = [];
    private long _last;

    public IReadOnlyList<SearchContext> Open
    {
        get
        {
            DropEnded();
            return [.. _open.Values];
        }
    }

    /// <exception cref="ApiException">Too many are open.</exception>
    public SearchContext Add(TimeSpan keepAlive, Func<long, string, DateTimeOffset, SearchContext> make)
    {
        DropEnded();
        if (_open.Count >= openMax)
        {
            throw new ApiException(429, "rejected_execution_exception", $"Trying to create too many {kind} contexts. Must be less than or equal to: [{openMax}].");
        }

        var number = ++_last;
        var id = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}:{number}:{cluster.Uuid}")));
        var context = make(number, id, cluster.Now);
        Prolong(context, keepAlive);
        _open.Add(number, context);
        return context;
    }

    /// <exception cref="ApiException">The time is too long.</exception>
    public void Prolong(SearchContext context, TimeSpan keepAlive)
    {
        if (KeepAlive.Refusal(keepAlive) is { } refusal)
        {
            throw refusal;
        }

        context.KeepAlive = keepAlive;
        context.Ends = cluster.Now + keepAlive;
    }

    /// <summary>The context; null where it has ended. False where the text is not an id of this kind.</summary>
    public bool TryFind(string id, out long number, out SearchContext? context)
    {
        DropEnded();
        (number, context) = (0, null);
        var bytes = new byte[Base64Url.GetMaxDecodedLength(id.Length)];
        if (!Base64Url.IsValid(id) || !Base64Url.TryDecodeFromChars(id, bytes, out var length)
            || Encoding.ASCII.GetString(bytes, 0, length).Split(':') is not [var prefix, var digits, _] || prefix != kind || !long.TryParse(digits, out number))
        {
            return false;
        }

        context = _open.GetValueOrDefault(number);
        return true;
    }

    public bool Close(long number) => _open.Remove(number);

    public int CloseAll()
    {
        DropEnded();
        var count = _open.Count;
        _open.Clear();
        return count;
    }

    private void DropEnded()
    {
        foreach (var context in _open.Values.Where(context => context.Ends < cluster.Now).ToArray())
        {
            _open.Remove(context.Number);
        }
    }
}
