using System.Buffers;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>What can be told of a pattern by looking at its text.</summary>
internal static class Patterns
{
    private static readonly SearchValues<char> LiteralInRegex = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_%@,:~&=!");

    public static PatternForm FormOf(string pattern) =>
        pattern.StartsWith(IndexPatternRule.RegexPrefix, StringComparison.Ordinal) ? PatternForm.Regex
        : pattern.AsSpan().ContainsAny('*', '?') ? PatternForm.Glob
        : PatternForm.Exact;

    /// <summary>What every name that a pattern selects begins with; of a regular expression, what can be told easily.</summary>
    public static string BeginningOf(string pattern) => FormOf(pattern) switch
    {
        PatternForm.Exact => pattern,
        PatternForm.Glob => pattern[..pattern.AsSpan().IndexOfAny('*', '?')],
        _ => BeginningOfRegex(pattern.AsSpan(IndexPatternRule.RegexPrefix.Length)),
    };

    /// <summary>What every name that a pattern selects ends with; of a regular expression nothing.</summary>
    public static string EndOf(string pattern) => FormOf(pattern) switch
    {
        PatternForm.Exact => pattern,
        PatternForm.Glob => pattern[(pattern.AsSpan().LastIndexOfAny('*', '?') + 1)..],
        _ => "",
    };

    private static string BeginningOfRegex(ReadOnlySpan<char> expression)
    {
        if (expression.Contains('|'))
        {
            return "";
        }

        var length = expression.IndexOfAnyExcept(LiteralInRegex);
        length = length < 0 ? expression.Length : length;

        // What follows may say how often the last letter comes: none at all, perhaps.
        var mayRepeat = length < expression.Length && expression[length] is '*' or '+' or '?' or '{';
        return new(expression[..(mayRepeat ? Math.Max(length - 1, 0) : length)]);
    }
}
