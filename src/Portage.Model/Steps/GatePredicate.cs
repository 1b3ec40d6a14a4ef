using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Portage.Model.Steps;

/// <summary>
/// A condition over the numbers of a step's report, as <c>rejected == 0 &amp;&amp; lagSeconds &lt; 5</c>: comparisons
/// (<c>== != &lt; &lt;= &gt; &gt;=</c>) of a name with a whole number, joined by <c>&amp;&amp;</c>.
/// </summary>
public sealed partial class GatePredicate
{
    private readonly ImmutableArray<Comparison> _comparisons;

    private GatePredicate(string text, ImmutableArray<Comparison> comparisons) => (Text, _comparisons) = (text, comparisons);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The names it uses.</summary>
    public IEnumerable<string> Names => _comparisons.Select(comparison => comparison.Name);

    /// <summary>Reads the text form; <paramref name="problem"/> says where it is not one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GatePredicate? predicate, [NotNullWhen(false)] out string? problem)
    {
        (predicate, problem) = (null, null);
        var comparisons = ImmutableArray.CreateBuilder<Comparison>();
        foreach (var part in text.Split("&&"))
        {
            var match = ComparisonText().Match(part);
            if (!match.Success || !long.TryParse(match.Groups["number"].ValueSpan, provider: null, out var number))
            {
                problem = $"'{part.Trim()}' is not a comparison such as rejected == 0";
                return false;
            }

            comparisons.Add(new(match.Groups["name"].Value, match.Groups["operator"].Value, number));
        }

        predicate = new(text, comparisons.ToImmutable());
        return true;
    }

    /// <summary>The comparisons that do not hold, with the number found, as <c>rejected == 0 (is 3)</c>; empty when all hold.</summary>
    public ImmutableArray<string> Failing(IReadOnlyDictionary<string, long> numbers) =>
        [.. _comparisons
            .Where(comparison => !numbers.TryGetValue(comparison.Name, out var number) || !comparison.Holds(number))
            .Select(comparison => numbers.TryGetValue(comparison.Name, out var number)
                ? $"{comparison} (is {number})"
                : $"{comparison} (is not known)")];

    [GeneratedRegex(@"\A\s*(?<name>[A-Za-z][A-Za-z0-9]*)\s*(?<operator>==|!=|<=|>=|<|>)\s*(?<number>-?\d{1,18})\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ComparisonText();

    private sealed record Comparison(string Name, string Operator, long Number)
    {
        public bool Holds(long value) => Operator switch
        {
            "==" => value == Number,
            "!=" => value != Number,
            "<" => value < Number,
            "<=" => value <= Number,
            ">" => value > Number,
            _ => value >= Number,
        };

        public override string ToString() => $"{Name} {Operator} {Number}";
    }
}
