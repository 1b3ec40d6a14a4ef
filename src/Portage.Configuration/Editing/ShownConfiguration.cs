using System.Collections.Immutable;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Editing;

/// <summary>How a configuration is shown.</summary>
public enum ShowFormat
{
    /// <summary>For people, in the order of the pipeline.</summary>
    Yaml,

    /// <summary>For programs, in ordinal order of the keys, indented by two.</summary>
    Json,
}

/// <summary>A configuration, or a part of it, as text.</summary>
/// <param name="Text">The text, which ends with a line break; null when there is nothing to show.</param>
/// <param name="Diagnostics">Why there is nothing to show.</param>
public sealed record ShownConfiguration(string? Text, ImmutableArray<Diagnostic> Diagnostics);
