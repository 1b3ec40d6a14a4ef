using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Portage.Model.Steps;

/// <summary>
/// A condition over the numbers of a step's report, as <c>rejected == 0 &amp;&amp; lagSeconds &lt; 5</c>: comparisons
/// (<c>== != &lt; &lt;= &gt; &gt;=</c>) of a name with a whole number, joined by <c>&amp;&amp;</c>. Of a step that serves, as
/// <c>lagSeconds &lt; 5 for 10m</c>: it must have held for a time, in <c>s</c>, <c>m</c> or <c>h</c>.
/// </summary>
public sealed partial class GatePredicate
{
    private readonly ImmutableArray<Comparison> _comparisons;

    private GatePredicate(string text, ImmutableArray<Comparison> comparisons, TimeSpan held) => (Text, _comparisons, For) = (text, comparisons, held);

    /// <summary>How long it must have held; zero where it need not.</summary>
    public TimeSpan For { get; }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The names it uses.</summary>
    public IEnumerable<string> Names => _comparisons.Select(comparison => comparison.Name);

    /// <summary>Reads the text form; <paramref name="problem"/> says where it is not one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GatePredicate? predicate, [NotNullWhen(false)] out string? problem)
    {
        (predicate, problem) = (null, null);
        var comparisons = ImmutableArray.CreateBuilder<Comparison>();
        var held = HeldText().Match(text);
        foreach (var part in (held.Success ? text[..held.Index] : text).Split("&&"))
        {
            var match = ComparisonText().Match(part);
            if (!match.Success || !long.TryParse(match.Groups["number"].ValueSpan, provider: null, out var number))
            {
                problem = $"'{part.Trim()}' is not a comparison such as rejected == 0";
                return false;
            }

            comparisons.Add(new(match.Groups["name"].Value, match.Groups["operator"].Value, number));
        }

        predicate = new(text, comparisons.ToImmutable(), held.Success ? Duration(held) : TimeSpan.Zero);
        return true;
    }

    private static TimeSpan Duration(Match held)
    {
        var number = int.Parse(held.Groups["number"].ValueSpan, provider: null);
        return held.Groups["unit"].ValueSpan switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
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

    [GeneratedRegex(@"\s+for\s+(?<number>\d{1,5})\s*(?<unit>[smh])\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeldText();

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
