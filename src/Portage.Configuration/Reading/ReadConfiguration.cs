using System.Collections.Immutable;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Reading;

/// <summary>What became of a text.</summary>
/// <param name="Config">The configuration; null when a diagnostic is an error.</param>
/// <param name="Canonical">
/// Its canonical JSON, in one line: sorted keys, and only what differs from its default or is required, so that texts
/// which mean the same yield the same. Null when a diagnostic is an error.
/// </param>
/// <param name="Diagnostics">Everything found, in the order of the text.</param>
public sealed record ReadConfiguration(MigrationConfig? Config, string? Canonical, ImmutableArray<Diagnostic> Diagnostics);
