using System.Collections.Concurrent;

namespace Portage.Sandbox;

/// <summary>How many requests the sandbox has had, by what they asked for. Refused and failed ones count too. Safe to read at any time.</summary>
public sealed class SandboxRequests
{
    private readonly ConcurrentDictionary<string, long> _byEndpoint = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>All requests.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary><c>_bulk</c> requests, with or without an index in the path.</summary>
    public long Bulks => Of("POST /_bulk") + Of("PUT /_bulk") + Of("POST /{index}/_bulk") + Of("PUT /{index}/_bulk");

    /// <summary>Requests for one endpoint, as <c>POST /{index}/_bulk</c>; a request that no endpoint serves counts as its method and path.</summary>
    public long Of(string endpoint) => _byEndpoint.GetValueOrDefault(endpoint);

    /// <summary>All endpoints asked for so far, with how often.</summary>
    public IReadOnlyDictionary<string, long> ByEndpoint => new SortedDictionary<string, long>(_byEndpoint, StringComparer.Ordinal);

    internal void Add(string endpoint)
    {
        Interlocked.Increment(ref _total);
        _byEndpoint.AddOrUpdate(endpoint, 1, static (_, had) => had + 1);
    }
}
