using Portage.Model.Clusters;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>The forms of a pattern.</summary>
internal enum PatternForm
{
    /// <summary>Something with <c>*</c> or <c>?</c>.</summary>
    Glob,

    /// <summary>A regular expression.</summary>
    Regex,

    /// <summary>A name.</summary>
    Exact,
}

/// <summary>One pattern of a slice, as a pattern of the names on the target.</summary>
internal sealed class ClaimedPattern
{
    private IndexPattern? _pattern;

    private ClaimedPattern(SliceClaim claim, string text, bool ofTypes)
    {
        (Claim, Text, OfTypes) = (claim, text, ofTypes);
        Names = !ofTypes ? text
            : Patterns.FormOf(text) == PatternForm.Regex ? $"{IndexPatternRule.RegexPrefix}(?:{text[IndexPatternRule.RegexPrefix.Length..]})-.+"
            : text + "-?*";
        Form = Patterns.FormOf(Names);
        Beginning = Patterns.BeginningOf(text);
        End = Patterns.EndOf(Names);
    }

    public SliceClaim Claim { get; }

    /// <summary>As it is configured.</summary>
    public string Text { get; }

    /// <summary>The names on the target. With <see cref="OfTypes"/> not those of <see cref="Text"/>.</summary>
    public string Names { get; }

    /// <summary>The names are those of an index that is taken apart: a dash and a type follow.</summary>
    public bool OfTypes { get; }

    public PatternForm Form { get; }

    /// <summary>What every name begins with.</summary>
    public string Beginning { get; }

    /// <summary>What every name ends with.</summary>
    public string End { get; }

    public Exclusions Excluded => OfTypes ? Claim.ExcludedOfTypes : Claim.Excluded;

    /// <summary>The patterns of a slice.</summary>
    public static IEnumerable<ClaimedPattern> Of(SliceClaim claim)
    {
        foreach (var text in claim.Include)
        {
            // What is left out whole claims nothing.
            if (claim.Excluded.Holds(text))
            {
                continue;
            }

            yield return new(claim, text, ofTypes: false);
            if (claim.TakesTypesApart)
            {
                yield return new(claim, text, ofTypes: true);
            }
        }
    }

    public bool Matches(string name) => (_pattern ??= new(Names)).Matches(name);
}
