namespace Portage.Sandbox.Templates;

/// <summary>The templates of the cluster, and what they say about a new index.</summary>
internal sealed class TemplateRegistry
{
    public SortedDictionary<string, Template> Legacy { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Template> Components { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Template> Composable { get; } = new(StringComparer.Ordinal);

    /// <summary>One composable template with its components, or where none fits all legacy templates in their order.</summary>
    public TemplateResult For(string index)
    {
        if (Composable.Values.Where(template => template.Fits(index)).MaxBy(template => template.Rank) is { } winner)
        {
            return Compose(winner);
        }

        var result = new TemplateResult(mergesDeeply: true);
        foreach (var template in Legacy.Values.Where(template => template.Fits(index)).OrderBy(template => template.Rank))
        {
            result.Add(template.Definition);
        }

        return result;
    }

    /// <summary>A composable template on top of its components.</summary>
    public TemplateResult Compose(Template template)
    {
        var result = new TemplateResult(mergesDeeply: false);
        foreach (var component in template.ComposedOf)
        {
            if (Components.TryGetValue(component, out var found))
            {
                result.Add(found.Definition);
            }
        }

        result.Add(template.Definition);
        return result;
    }
}
