using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Objects that are made on a target to see whether it takes them, and are gone again when the evaluation ends.</summary>
/// <remarks>
/// Their names begin with <c>portage-scratch-</c> and the step's identity, so that an evaluation finds what a killed one left, and
/// touches nothing of another's. Indices have one shard and no replicas, and templates match no index.
/// </remarks>
internal sealed partial class ScratchSpace(ClusterClient client, string identity)
{
    private readonly ClusterMetadata _metadata = new(client);
    private readonly Dictionary<string, string> _real = new(StringComparer.Ordinal);
    private readonly string _prefix = $"portage-scratch-{identity}-";
    private int _count;

    /// <summary>A name that was not used yet.</summary>
    /// <param name="real">What it stands for, in what people are told.</param>
    public string Name(string real)
    {
        var name = $"{_prefix}{++_count}";
        _real[name] = real;
        return name;
    }

    /// <summary>A pattern that matches nothing.</summary>
    public static string PatternOf(string scratch) => $"{scratch}-none";

    /// <summary>Tries something; what the target says when it refuses, null when it takes it.</summary>
    /// <exception cref="ClusterException">It did not come to that: no connection, no permission, a block, an overload.</exception>
    public async Task<string?> TryAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            await client.RequestAsync(method, path, CanonicalText.Utf8(body), cancellationToken);
            return null;
        }
        catch (ClusterRequestException refusal) when (refusal.Status is >= 400 and < 500 and not (408 or 413 or 429))
        {
            return Describe(refusal.Reason ?? refusal.Message);
        }
    }

    /// <summary>A text of the target with our names for the scratch names.</summary>
    public string Describe(string text)
    {
        text = NamePattern().Replace(text, match => _real.GetValueOrDefault(match.Groups["name"].Value, match.Groups["name"].Value));
        return WhiteSpacePattern().Replace(text, " ").Trim();
    }

    /// <summary>Deletes an index made here.</summary>
    public Task DeleteIndexAsync(string scratch, CancellationToken cancellationToken) => _metadata.DeleteIndexAsync(scratch, cancellationToken);

    /// <summary>Deletes everything of this identity, whoever left it.</summary>
    public async Task ClearAsync(bool withComposable, CancellationToken cancellationToken)
    {
        foreach (var index in await _metadata.GetIndicesAsync($"{_prefix}*", cancellationToken))
        {
            await _metadata.DeleteIndexAsync(index.Name, cancellationToken);
        }

        // Index templates before the component templates that they use.
        foreach (var kind in withComposable ? (TemplateKind[])[TemplateKind.Index, TemplateKind.Component, TemplateKind.Legacy] : [TemplateKind.Legacy])
        {
            foreach (var template in await _metadata.ListTemplatesAsync(kind, cancellationToken))
            {
                if (template.Name.StartsWith(_prefix, StringComparison.Ordinal))
                {
                    await _metadata.DeleteTemplateAsync(kind, template.Name, cancellationToken);
                }
            }
        }
    }

    // With the uuid that the target may put behind the name, which is another one every time.
    [GeneratedRegex(@"(?<name>portage-scratch-[0-9a-f]+-[0-9]+)(-none)?(/[A-Za-z0-9_-]{20,24})?", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpacePattern();
}
