using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>How a request names indices: the part of the path and the parameters that all index APIs share.</summary>
internal static class IndexReading
{
    /// <summary>The parameters that go with an index expression.</summary>
    public const string Parameters = " ignore_unavailable allow_no_indices expand_wildcards local timeout master_timeout cluster_manager_timeout";

    /// <exception cref="ApiException">A name leads nowhere, and the request does not ignore that.</exception>
    public static IReadOnlyList<ResolvedIndex> Resolve(this IndexExpressions expressions, ApiRequest request, bool seesAliases = true) => expressions.Resolve(
        request.Path("index"),
        request.Flag("ignore_unavailable"),
        request.Flag("allow_no_indices", otherwise: true),
        seesAliases);
}
