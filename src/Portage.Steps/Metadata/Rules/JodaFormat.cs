using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;

namespace Portage.Steps.Metadata.Rules;

/// <summary>A date format as Elasticsearch before 7.0 read it, in the letters that servers read since.</summary>
/// <param name="Text">What means the same since 7.0, as nearly as it can be written.</param>
/// <param name="Impossible">Why there is none; null where there is one.</param>
/// <param name="Loses">What it does not mean any more; null where it means the same.</param>
internal sealed record JodaFormat(string Text, string? Impossible, string? Loses)
{
    private const string Separator = "||";

    // A name is no pattern, and means what it meant.
    private static readonly FrozenSet<string> Names = NamesOf(
        "iso8601 basic_date basic_date_time basic_date_time_no_millis basic_ordinal_date basic_ordinal_date_time basic_ordinal_date_time_no_millis basic_time "
        + "basic_time_no_millis basic_t_time basic_t_time_no_millis basic_week_date basic_week_date_time basic_week_date_time_no_millis date date_hour "
        + "date_hour_minute date_hour_minute_second date_hour_minute_second_fraction date_hour_minute_second_millis date_optional_time date_time "
        + "date_time_no_millis hour hour_minute hour_minute_second hour_minute_second_fraction hour_minute_second_millis ordinal_date ordinal_date_time "
        + "ordinal_date_time_no_millis time time_no_millis t_time t_time_no_millis week_date week_date_time week_date_time_no_millis weekyear week_year "
        + "weekyear_week weekyear_week_day year year_month year_month_day epoch_millis epoch_second");

    // Weeks that begin on Monday, whatever the target's own calendar says: the only ones that are written so.
    private static readonly FrozenDictionary<string, string> Weeks = new Dictionary<string, string>
    {
        ["xxxx-'W'ww-e"] = "strict_week_date",
        ["xxxx'W'wwe"] = "strict_basic_week_date",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a format of one or more alternatives (<c>a||b</c>).</summary>
    public static JodaFormat Read(string format)
    {
        // Elasticsearch 6.8 takes the new letters behind an 8, and targets still know it.
        if (format.StartsWith('8'))
        {
            return new(format, null, null);
        }

        var alternatives = new List<string>();
        var (impossible, loses) = (new List<string>(), new List<string>());
        foreach (var one in format.Split(Separator))
        {
            if (Names.Contains(one.Trim()))
            {
                alternatives.Add(one);
            }
            else if (Weeks.TryGetValue(one, out var name))
            {
                alternatives.Add(name);
            }
            else
            {
                alternatives.AddRange(Pattern(one, impossible, loses));
            }
        }

        return new(string.Join(Separator, alternatives.Distinct()), Joined(impossible), Joined(loses));
    }

    private static string? Joined(List<string> texts) => texts.Count == 0 ? null : string.Join("; ", texts.Distinct());

    /// <summary>A pattern as the patterns that read the same together; the first of them writes the same.</summary>
    private static ImmutableArray<string> Pattern(string pattern, List<string> impossible, List<string> loses)
    {
        // What one letter read becomes several patterns, one beside the other.
        var (written, zones) = (new StringBuilder(), default(string[]));
        const char Zone = '\u0001';
        for (var i = 0; i < pattern.Length;)
        {
            var (letter, run) = (pattern[i], 1);
            if (letter == '\'')
            {
                run = QuotedLength(pattern, i);
                written.Append(pattern, i, run);
            }
            else
            {
                while (i + run < pattern.Length && pattern[i + run] == letter)
                {
                    run++;
                }

                if (letter == 'Z' && run <= 2)
                {
                    zones = run == 1 ? ["Z", "XXX", "X"] : ["xxx", "X"];
                    written.Append(Zone);
                }
                else
                {
                    written.Append(Letters(letter, run, impossible, loses));
                }
            }

            i += run;
        }

        return zones is null ? [written.ToString()] : [.. zones.Select(zone => written.ToString().Replace(Zone.ToString(), zone, StringComparison.Ordinal))];
    }

    /// <summary>With both quotes, and with quotes doubled in it.</summary>
    private static int QuotedLength(string pattern, int start)
    {
        var close = pattern.IndexOf('\'', start + 1);
        return (close < 0 ? pattern.Length : close + 1) - start;
    }

    private static string Letters(char letter, int run, List<string> impossible, List<string> loses)
    {
        switch (letter)
        {
            case 'Y' or 'y':
                if (run == 2)
                {
                    loses.Add("of a year with two digits, 99 is 1999 at the source and 2099 on the target");
                }

                return new('y', run);
            case 'C':
                impossible.Add("C, the century, cannot be written there");
                return new('C', run);
            case 'x' or 'w' or 'e':
                impossible.Add($"{letter}, {(letter == 'x' ? "the year of a week" : letter == 'w' ? "the week of a year" : "the day of a week")}, is counted there as the target's own calendar does");
                return new(letter, run);
            case 'Z':
                return "VV";
            case 'z':
                return run > 3 ? "zzzz" : new('z', run);
            case 'M' or 'E':
                return new(letter, Math.Min(run, 4));
            case 'a' or 'G':
                return letter.ToString();
            case 'S':
                return new(letter, Math.Min(run, 9));

            // Letters of their own since, and texts before.
            case '[' or ']' or '{' or '}' or '#':
                return $"'{new string(letter, run)}'";
            default:
                return new(letter, run);
        }
    }

    /// <summary>Each as it is, strict, and with capitals instead of underscores.</summary>
    private static FrozenSet<string> NamesOf(string names) =>
        names.Split(' ').SelectMany(name => (string[])[name, $"strict_{name}"]).SelectMany(name => (string[])[name, Camel(name)]).ToFrozenSet(StringComparer.Ordinal);

    private static string Camel(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words[1..].Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
