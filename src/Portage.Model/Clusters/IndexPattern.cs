using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Portage.Model.Clusters;

/// <summary>
/// Selects indices by name: an exact name, a pattern with <c>*</c>, or <c>regex:</c> and a .NET regular expression that
/// must match the whole name (evaluated without backtracking, so that no pattern can hang a plan).
/// </summary>
public sealed class IndexPattern
{
    private const string RegexPrefix = "regex:";
    private readonly Regex? _regex;

    /// <exception cref="ArgumentException">The regular expression does not compile, or needs backtracking.</exception>
    public IndexPattern(string text)
    {
        Text = text;
        if (text.StartsWith(RegexPrefix, StringComparison.Ordinal))
        {
            try
            {
                _regex = new Regex($@"\A(?:{text[RegexPrefix.Length..]})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            }
            catch (NotSupportedException e)
            {
                throw new ArgumentException(e.Message, nameof(text), e);
            }
        }
    }

    /// <summary>What the user wrote.</summary>
    public string Text { get; }

    /// <summary>What every name that it selects begins with; empty where that cannot be told by the text.</summary>
    public string Beginning => _regex is not null ? "" : Text.AsSpan().IndexOfAny('*', '?', '\\') is >= 0 and var end ? Text[..end] : Text;

    /// <summary>True when the pattern selects the index.</summary>
    public bool Matches(string index) =>
        _regex?.IsMatch(index) ?? FileSystemName.MatchesSimpleExpression(Text, index, ignoreCase: false);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
