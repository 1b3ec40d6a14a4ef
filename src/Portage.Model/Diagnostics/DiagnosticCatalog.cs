using System.Collections.Frozen;

namespace Portage.Model.Diagnostics;

/// <summary>One kind of diagnostic: its stable code and its summary.</summary>
/// <param name="Code"><c>PG</c> and four digits; never reused for something else.</param>
/// <param name="Summary">What is wrong, in under ten words, without values.</param>
public sealed record DiagnosticKind(string Code, string Summary)
{
    /// <summary>An error of this kind.</summary>
    public Diagnostic Error(string? path, string detail) => new(Code, Severity.Error, path, Summary, detail);

    /// <summary>A warning of this kind.</summary>
    public Diagnostic Warning(string? path, string detail) => new(Code, Severity.Warning, path, Summary, detail);

    /// <summary>A note of this kind.</summary>
    public Diagnostic Note(string? path, string detail) => new(Code, Severity.Note, path, Summary, detail);
}

/// <summary>Every code, once. Each has its page under <c>docs/errors/</c>; a test insists on both.</summary>
/// <remarks>
/// One file an area: <c>PG1xxx</c> configuration, <c>PG2xxx</c> sessions, plans and runs, <c>PG3xxx</c> snapshots and
/// segments, <c>PG4xxx</c> clusters, <c>PG5xxx</c> this machine (home directory, secrets, terminal, editor).
/// </remarks>
public static partial class DiagnosticCatalog
{
    // Lazy, because the fields of the other files of this class are initialised in no particular order.
    private static readonly Lazy<FrozenDictionary<string, DiagnosticKind>> Kinds = new(() => typeof(DiagnosticCatalog)
        .GetFields()
        .Where(field => field.FieldType == typeof(DiagnosticKind))
        .Select(field => (DiagnosticKind)field.GetValue(null)!)
        .ToFrozenDictionary(kind => kind.Code, StringComparer.Ordinal));

    /// <summary>All kinds by their code.</summary>
    public static FrozenDictionary<string, DiagnosticKind> All => Kinds.Value;
}
