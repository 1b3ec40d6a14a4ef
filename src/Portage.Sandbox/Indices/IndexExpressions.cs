using System.IO.Enumeration;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>An index that an expression leads to.</summary>
/// <param name="Filters">The filters of the aliases it was reached by; empty when it was reached by name, or by an alias without one.</param>
internal sealed record ResolvedIndex(SandboxIndex Index, IReadOnlyList<AliasDefinition> Filters);

/// <summary>From what stands in a path to indices: names, aliases, <c>_all</c>, wildcards, exclusions.</summary>
internal sealed class IndexExpressions(SortedDictionary<string, SandboxIndex> indices)
{
    /// <summary>Every index the expression selects, in the order of names; the missing are errors unless the client ignores them.</summary>
    /// <param name="seesAliases">False for operations that must name indices themselves, as deleting.</param>
    /// <exception cref="ApiException">A name leads nowhere.</exception>
    public IReadOnlyList<ResolvedIndex> Resolve(string? expression, bool ignoresUnavailable, bool allowsNone, bool seesAliases = true)
    {
        var isAll = expression is null or "" or "_all" or "*";
        var found = new SortedDictionary<string, List<AliasDefinition>?>(StringComparer.Ordinal);
        var isAfterWildcard = false;
        foreach (var part in isAll ? ["*"] : expression!.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            // A minus excludes only after a wildcard; before one it begins a name.
            if (part[0] == '-' && isAfterWildcard)
            {
                if (!part.Contains('*', StringComparison.Ordinal) && !ignoresUnavailable && !Exists(part[1..]))
                {
                    throw ApiException.IndexNotFound(part[1..]);
                }

                foreach (var name in found.Keys.Where(name => Fits(part[1..], name)).ToArray())
                {
                    found.Remove(name);
                }

                continue;
            }

            isAfterWildcard |= part.Contains('*', StringComparison.Ordinal);
            Add(found, part, ignoresUnavailable, allowsNone, seesAliases);
        }

        if (found.Count == 0 && !allowsNone)
        {
            throw ApiException.IndexNotFound(isAll ? "_all" : expression!);
        }

        return [.. found.Select(entry => new ResolvedIndex(indices[entry.Key], entry.Value ?? []))];
    }

    /// <summary>The one index an operation on one document is for; null where nothing has the name.</summary>
    /// <param name="forWriting">True where an alias of several indices leads to its write index.</param>
    /// <exception cref="ApiException">The alias leads to several indices, or has no write index.</exception>
    public (SandboxIndex Index, AliasDefinition? Alias)? ResolveOne(string name, bool forWriting)
    {
        if (indices.TryGetValue(name, out var index))
        {
            return (index, null);
        }

        var behind = OfAlias(name).ToArray();
        if (behind.Length == 0)
        {
            return null;
        }

        if (!forWriting)
        {
            return behind.Length == 1 ? (behind[0], behind[0].Aliases[name])
                : throw ApiException.IllegalArgument($"alias [{name}] has more than one index associated with it [{string.Join(", ", behind.Select(one => one.Name))}], can't execute a single index op");
        }

        var target = behind.FirstOrDefault(one => one.Aliases[name].IsWriteIndex == true)
            ?? (behind.Length == 1 && behind[0].Aliases[name].IsWriteIndex is null ? behind[0] : null)
            ?? throw ApiException.IllegalArgument($"no write index is defined for alias [{name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index");
        return (target, target.Aliases[name]);
    }

    public bool Exists(string name) => indices.ContainsKey(name) || IsAlias(name);

    public IEnumerable<SandboxIndex> OfAlias(string alias) => indices.Values.Where(index => index.Aliases.ContainsKey(alias));

    public bool IsAlias(string name) => OfAlias(name).Any();

    public static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private void Add(SortedDictionary<string, List<AliasDefinition>?> found, string part, bool ignoresUnavailable, bool allowsNone, bool seesAliases)
    {
        if (part.Contains('*', StringComparison.Ordinal))
        {
            var before = found.Count;
            foreach (var index in indices.Values)
            {
                var seesHidden = part[0] == '.' && index.Name[0] == '.';
                if (Fits(part, index.Name) && (!index.IsHidden || seesHidden))
                {
                    found[index.Name] = null;
                }
                else if (seesAliases)
                {
                    foreach (var (alias, definition) in index.Aliases.Where(alias => Fits(part, alias.Key)))
                    {
                        Reach(found, index.Name, definition);
                    }
                }
            }

            if (found.Count == before && !allowsNone)
            {
                throw ApiException.IndexNotFound(part);
            }

            return;
        }

        if (indices.ContainsKey(part))
        {
            found[part] = null;
            return;
        }

        var behind = OfAlias(part).ToArray();
        if (behind.Length > 0 && !seesAliases)
        {
            throw ApiException.IllegalArgument($"The provided expression [{part}] matches an alias, specify the corresponding concrete indices instead.");
        }

        foreach (var index in behind)
        {
            Reach(found, index.Name, index.Aliases[part]);
        }

        if (behind.Length == 0)
        {
            if (part[0] == '_')
            {
                throw ApiException.OfIndex(400, "invalid_index_name_exception", $"Invalid index name [{part}], must not start with '_'.", part);
            }

            if (!ignoresUnavailable)
            {
                throw ApiException.IndexNotFound(part);
            }
        }
    }

    private static void Reach(SortedDictionary<string, List<AliasDefinition>?> found, string index, AliasDefinition alias)
    {
        // Reached once without a filter means reached without one.
        if (alias.Filter is null || (found.TryGetValue(index, out var had) && had is null))
        {
            found[index] = null;
            return;
        }

        if (had is null)
        {
            found[index] = had = [];
        }

        had.Add(alias);
    }
}
