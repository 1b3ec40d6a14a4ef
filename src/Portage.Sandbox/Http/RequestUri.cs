namespace Portage.Sandbox.Http;

/// <summary>The target of a request, taken apart by hand: a slash inside an id arrives as <c>%2F</c> and must not separate.</summary>
internal sealed record RequestUri(string Raw, string Path, string[] Parts, IReadOnlyDictionary<string, string> Parameters)
{
    public static RequestUri Parse(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (question >= 0)
        {
            foreach (var pair in target[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                var name = equals < 0 ? pair : pair[..equals];
                parameters[Decode(name)] = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            }
        }

        return new(target, path, parts, parameters);
    }

    // A plus means a blank in a query, but itself in a path.
    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
