namespace Portage.Model.Diagnostics;

/// <summary>How much a <see cref="Diagnostic"/> matters.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is held up.</summary>
    Note,

    /// <summary>Probably not what was meant; work goes on.</summary>
    Warning,

    /// <summary>The operation cannot be done as asked.</summary>
    Error,
}

/// <summary>A place in a text that a person wrote.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1, in UTF-16 units.</param>
public readonly record struct TextPosition(int Line, int Column);

/// <summary>One thing the user should know, and what to do about it.</summary>
/// <param name="Code">Stable, documented at <c>docs/errors/{Code}.md</c>; never reused.</param>
/// <param name="Severity">Whether work can go on.</param>
/// <param name="Path">Where in the configuration, as <c>migrations.accessLogs.source.endpoint</c>; null when nowhere.</param>
/// <param name="Summary">What is wrong, in under ten words, without values.</param>
/// <param name="Detail">The values involved: what was found, what was expected, and why it matters.</param>
public sealed record Diagnostic(string Code, Severity Severity, string? Path, string Summary, string Detail)
{
    /// <summary>The file (or <c>standard input</c>) that <see cref="At"/> counts in; null where there is no text.</summary>
    public string? File { get; init; }

    /// <summary>The place in the text; null where there is no text, as after an edit by path.</summary>
    public TextPosition? At { get; init; }

    /// <summary>What the user probably meant, a single word or value; null when nothing is near.</summary>
    public string? DidYouMean { get; init; }

    /// <summary>A command that mends it, or that shows more; null when only an edit of the text can.</summary>
    public string? Command { get; init; }
}
