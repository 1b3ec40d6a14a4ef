using System.Text.Json.Nodes;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Templates;

/// <summary>A template of any of the three kinds, checked.</summary>
/// <param name="Patterns">The indices it is for; none for a component template.</param>
/// <param name="Rank">Order of a legacy template, priority of a composable one.</param>
/// <param name="ComposedOf">The component templates a composable one builds on.</param>
/// <param name="Shown">What an answer shows of it. Read only.</param>
internal sealed record Template(
    string Name,
    IReadOnlyList<string> Patterns,
    long Rank,
    IReadOnlyList<string> ComposedOf,
    IndexDefinition Definition,
    JsonObject Shown)
{
    public bool Fits(string index) => Patterns.Any(pattern => IndexExpressions.Fits(pattern, index));
}
