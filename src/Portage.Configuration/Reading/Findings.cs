using System.Collections.Immutable;
using Portage.Configuration.Paths;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Reading;

/// <summary>Collects what is wrong with a text, and finds the place of each path in it.</summary>
/// <param name="file">What the text is called; null where there is none, as after an edit by path.</param>
internal sealed class Findings(string? file)
{
    private readonly List<Diagnostic> _found = [];

    /// <summary>The text as a tree; the places of paths are looked up in it.</summary>
    public ConfigNode? Tree { get; set; }

    public bool AnyError { get; private set; }

    /// <summary>False after an edit by path, where there is no text to point into.</summary>
    public bool AreOfText => file is not null;

    /// <summary>Reports something about a path. The place is that of a scalar's value, and else that of the key.</summary>
    /// <param name="atKey">The key is what is wrong, whatever its value.</param>
    public void Add(Func<string?, string, Diagnostic> kind, ConfigPath path, string detail, string? didYouMean = null, string? command = null, bool atKey = false) =>
        Add(kind(path.IsRoot ? null : path.ToString(), detail) with { DidYouMean = didYouMean, Command = command }, Locate(path, atKey));

    /// <summary>Reports something about a place in the text.</summary>
    public void Add(Diagnostic diagnostic, TextPosition at)
    {
        AnyError |= diagnostic.Severity == Severity.Error;
        _found.Add(file is null || at.Line == 0 ? diagnostic : diagnostic with { File = file, At = at });
    }

    /// <summary>Reports all of this elsewhere too.</summary>
    public void CopyTo(Findings other)
    {
        other._found.AddRange(_found);
        other.AnyError |= AnyError;
    }

    /// <summary>Everything found, in the order of the text; the same twice is said once.</summary>
    /// <remarks>A text with errors is not kept: what mends it is done in the text, and a command that edits what is kept would not.</remarks>
    public ImmutableArray<Diagnostic> InOrder() => [.. _found
        .Select(diagnostic => AreOfText && AnyError ? diagnostic with { Command = null } : diagnostic)
        .Distinct()
        .OrderBy(diagnostic => diagnostic.At?.Line ?? 0)
        .ThenBy(diagnostic => diagnostic.At?.Column ?? 0)
        .ThenBy(diagnostic => diagnostic.Path, StringComparer.Ordinal)
        .ThenBy(diagnostic => diagnostic.Code, StringComparer.Ordinal)];

    private TextPosition Locate(ConfigPath path, bool atKey)
    {
        // What is missing has no place of its own; the record that misses it has.
        var (node, place) = (Tree, Tree?.At ?? default);
        foreach (var part in path.Parts)
        {
            if (node is ConfigObject map && part.Key is { } key && map.Find(key) is { } entry)
            {
                (node, place) = (entry.Value, !atKey && entry.Value is ConfigScalar { Kind: not ScalarKind.Nothing } ? entry.Value.At : entry.At);
            }
            else if (node is ConfigList list && part.Key is null && part.Index < list.Items.Count)
            {
                (node, place) = (list.Items[part.Index], list.Items[part.Index].At);
            }
            else
            {
                break;
            }
        }

        return place;
    }
}
