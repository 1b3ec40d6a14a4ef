namespace Portage.Clusters.Metadata;

/// <summary>The three kinds of templates.</summary>
public enum TemplateKind
{
    /// <summary><c>_template</c>: all versions.</summary>
    Legacy,

    /// <summary><c>_component_template</c>: see <see cref="Capabilities.ClusterCapabilities.HasComposableTemplates"/>.</summary>
    Component,

    /// <summary><c>_index_template</c>: see <see cref="Capabilities.ClusterCapabilities.HasComposableTemplates"/>.</summary>
    Index,
}
