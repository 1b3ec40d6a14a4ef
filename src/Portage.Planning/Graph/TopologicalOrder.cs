using System.Diagnostics;

namespace Portage.Planning.Graph;

/// <summary>Orders nodes so that each comes after those it depends on, and otherwise leaves them as they were.</summary>
internal static class TopologicalOrder
{
    /// <exception cref="UnreachableException">There is a cycle, which step definitions cannot make.</exception>
    public static IEnumerable<TNode> Of<TNode, TKey>(IReadOnlyList<TNode> nodes, Func<TNode, TKey> key, Func<TNode, IEnumerable<TKey>> dependencies)
        where TKey : notnull
    {
        var byKey = nodes.ToDictionary(key);
        var state = new Dictionary<TKey, bool>(nodes.Count);
        var ordered = new List<TNode>(nodes.Count);
        foreach (var node in nodes)
        {
            Visit(node);
        }

        return ordered;

        // Depth is the length of the pipeline, not the number of steps.
        void Visit(TNode node)
        {
            if (state.TryGetValue(key(node), out var done))
            {
                if (!done)
                {
                    throw new UnreachableException($"The steps form a cycle through {key(node)}.");
                }

                return;
            }

            state[key(node)] = false;
            foreach (var dependency in dependencies(node))
            {
                Visit(byKey[dependency]);
            }

            state[key(node)] = true;
            ordered.Add(node);
        }
    }
}
