using System.Buffers;
using System.Text;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>What an index and an alias may be called (OpenSearch 2.19.1).</summary>
internal static class IndexNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" \"*\\<|,>/?");

    /// <exception cref="ApiException">The name is not one an index can have.</exception>
    public static void Check(string name)
    {
        var reason = Reason(name);
        if (reason is not null)
        {
            throw ApiException.OfIndex(400, "invalid_index_name_exception", $"Invalid index name [{name}], {reason}", name);
        }

        if (name.Any(char.IsUpper))
        {
            throw ApiException.OfIndex(400, "invalid_index_name_exception", $"Invalid index name [{name}], must be lowercase", name);
        }
    }

    /// <exception cref="ApiException">The name is not one an alias can have.</exception>
    public static void CheckAlias(string alias)
    {
        var reason = Reason(alias);
        if (reason is not null)
        {
            throw new ApiException(400, "invalid_alias_name_exception", $"Invalid alias name [{alias}]: {reason}");
        }
    }

    private static string? Reason(string name) =>
        name.Length == 0 ? "must not be empty"
        : name.AsSpan().ContainsAny(Forbidden) ? "must not contain the following characters [ , \", *, \\, <, |, ,, >, /, ?]"
        : name.Contains('#', StringComparison.Ordinal) ? "must not contain '#'"
        : name.Contains(':', StringComparison.Ordinal) ? "must not contain ':'"
        : name[0] is '_' or '-' or '+' ? "must not start with '_', '-', or '+'"
        : Encoding.UTF8.GetByteCount(name) > 255 ? $"index name is too long, ({Encoding.UTF8.GetByteCount(name)} > 255)"
        : name is "." or ".." ? "must not be '.' or '..'"
        : null;
}
