using System.Buffers;
using System.Text.RegularExpressions;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A pattern compiles, and could be part of a name. Characters that no index name may hold: Elasticsearch 2 to 8, MetadataCreateIndexService.</summary>
internal static class IndexPatternRule
{
    private static readonly SearchValues<char> NeverInNames = SearchValues.Create(" ,\"\\/<>|");

    internal const string RegexPrefix = "regex:";

    public static string? Check(string text, ConfigPath path, Findings findings)
    {
        var problem = text.StartsWith(RegexPrefix, StringComparison.Ordinal) ? ProblemOfRegex(text) : ProblemOfGlob(text);
        if (problem is null)
        {
            return text;
        }

        findings.Add(
            DiagnosticCatalog.BadPattern.Error,
            path,
            $"'{Words.Shown(text)}' {problem}",
            command: Commands.Update(path));
        return null;
    }

    private static string? ProblemOfGlob(string text)
    {
        var bad = text.AsSpan().IndexOfAny(NeverInNames);
        return text.Length == 0 ? "is empty; expected a name, a pattern with *, or regex: and a regular expression."
            : text[0] == '-' ? "begins with '-', which no name does; what is to be left out goes under 'exclude'."
            : bad < 0 ? null
            : text[bad] == ',' ? "holds a comma; write one item of the list for each pattern."
            : $"holds '{text[bad]}', which no name holds; expected a name, a pattern with *, or regex: and a regular expression.";
    }

    private static string? ProblemOfRegex(string text)
    {
        var expression = text[RegexPrefix.Length..];
        try
        {
            // Alone first, so that its own brackets must be in order, and so that the place in the message is its own.
            _ = new Regex(expression, RegexOptions.CultureInvariant);
            if (MayNeedBacktracking(expression))
            {
                _ = new IndexPattern(text);
            }

            return expression.Length == 0 ? "has no regular expression after 'regex:'." : null;
        }
        catch (RegexParseException e)
        {
            var reason = e.Message[(e.Message.LastIndexOf($"at offset {e.Offset}. ", StringComparison.Ordinal) is var start and >= 0 ? start + $"at offset {e.Offset}. ".Length : 0)..];
            return $"does not compile: {reason.TrimEnd('.')}, at character {e.Offset + 1} of the expression.";
        }
        catch (ArgumentException)
        {
            return "needs backtracking (a look-around, a back reference or the like), which could hang a plan; write it without.";
        }
    }

    /// <summary>False where what is written cannot need backtracking. To compile it in order to see takes half a millisecond, which thousands of slices feel.</summary>
    private static bool MayNeedBacktracking(string expression)
    {
        // Groups with a meaning of their own, and counts and classes in braces, which may be large.
        if (expression.Length > 200 || expression.Contains('{') || expression.Contains("(?", StringComparison.Ordinal))
        {
            return true;
        }

        for (var i = expression.IndexOf('\\', StringComparison.Ordinal); i >= 0 && i + 1 < expression.Length; i = expression.IndexOf('\\', i + 2))
        {
            if (char.IsLetterOrDigit(expression[i + 1]) && !"dDwWsS".Contains(expression[i + 1]))
            {
                return true;
            }
        }

        return false;
    }
}
