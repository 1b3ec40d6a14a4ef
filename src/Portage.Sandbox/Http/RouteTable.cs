using System.Collections.Frozen;

namespace Portage.Sandbox.Http;

/// <summary>One thing the sandbox answers.</summary>
/// <param name="Method">The method.</param>
/// <param name="Template">The path, as <c>/{index}/_bulk</c>.</param>
/// <param name="Parameters">The parameters it takes, with blanks between; any other is refused, as on the real server.</param>
/// <param name="Handle">Answers; runs under the cluster's lock.</param>
internal sealed record Route(string Method, string Template, string Parameters, Func<ApiRequest, ApiReply> Handle)
{
    public string Endpoint { get; } = $"{Method} {Template}";

    public string[] Parts { get; } = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public FrozenSet<string> ParameterNames { get; } = Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>What a path leads to.</summary>
/// <param name="Route">The route, null where there is none for this method.</param>
/// <param name="Values">The named parts of the path.</param>
/// <param name="OtherMethods">The methods the path has routes for.</param>
internal readonly record struct RouteMatch(Route? Route, IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> OtherMethods);

/// <summary>Finds the route of a request. A literal part of a template wins over a named one, part by part from the left.</summary>
internal sealed class RouteTable(IEnumerable<Route> routes)
{
    private readonly Route[] _routes = [.. routes];

    public RouteMatch Find(string method, string[] parts)
    {
        var fitting = _routes.Where(route => Fits(route, parts)).ToArray();
        if (fitting.Length == 0)
        {
            return new(null, FrozenDictionary<string, string>.Empty, []);
        }

        var best = fitting.Where(route => route.Method == method).MaxBy(Literals, StringComparer.Ordinal);
        if (best is null)
        {
            return new(null, FrozenDictionary<string, string>.Empty, [.. fitting.Select(route => route.Method).Distinct().Order(StringComparer.Ordinal)]);
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < parts.Length; i++)
        {
            if (IsName(best.Parts[i]))
            {
                values[best.Parts[i][1..^1]] = parts[i];
            }
        }

        return new(best, values, []);
    }

    private static bool Fits(Route route, string[] parts) =>
        route.Parts.Length == parts.Length && route.Parts.Zip(parts).All(pair => IsName(pair.First) || pair.First == pair.Second);

    // A string of 1 for literal and 0 for named parts sorts as the trie of the real server decides.
    private static string Literals(Route route) => string.Concat(route.Parts.Select(part => IsName(part) ? '0' : '1'));

    private static bool IsName(string part) => part[0] == '{';
}
