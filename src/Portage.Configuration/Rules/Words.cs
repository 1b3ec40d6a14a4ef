using Portage.Configuration.Fields;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Rules;

/// <summary>The phrases that messages share.</summary>
internal static class Words
{
    private const int ShownMax = 60;
    private const int ListedMax = 8;

    /// <summary>What was found, as <c>the number 8</c>. A value that may be a secret is never repeated.</summary>
    public static string Found(ConfigNode node, bool sensitive) => node switch
    {
        ConfigObject => "an object",
        ConfigList => "a list",
        ConfigScalar { Kind: ScalarKind.Nothing } => "nothing",
        ConfigScalar scalar when sensitive => scalar.Kind == ScalarKind.Text ? "a text (not shown: it may be a secret)" : "a value (not shown: it may be a secret)",
        ConfigScalar { Kind: ScalarKind.Number } number => $"the number {Shown(number.Text)}",
        ConfigScalar { Kind: ScalarKind.Flag } flag => flag.Text,
        ConfigScalar text => $"the text '{Shown(text.Text)}'",
        _ => "something else",
    };

    /// <summary>What a field takes, as <c>a whole number from 1 to 64</c>.</summary>
    public static string Expected(FieldShape field) => field.Kind switch
    {
        FieldKind.Text => field.Facts.Example is { } example ? $"a text, as {example}" : "a text",
        FieldKind.Whole => $"a whole number{Range(field.Facts)}",
        FieldKind.Flag => "true or false",
        FieldKind.Choice => $"one of {string.Join(", ", field.Choices)}",
        FieldKind.Texts => $"a list of texts, as {field.Facts.Example ?? "[one, two]"}",
        FieldKind.Record => ExpectedRecord(field.Record!),
        FieldKind.List => $"a list with {ExpectedRecord(field.Record!)} each",
        _ => $"names with an object each, as {field.Facts.Example ?? "name"}: {{ … }}",
    };

    /// <summary>What a record takes, as <c>an object with auth, endpoint, tls</c>.</summary>
    public static string ExpectedRecord(RecordShape shape) =>
        shape.Fields.Length == 0 ? "{}" : $"an object with {string.Join(", ", shape.Fields.Select(field => field.Name))}";

    /// <summary>The limits of a number, as <c> from 1 to 64 bytes</c>; empty where there are none.</summary>
    public static string Range(FieldAttribute facts)
    {
        var unit = facts.Unit is null ? "" : $" {facts.Unit}";
        return (facts.Min != long.MinValue, facts.Max != long.MaxValue) switch
        {
            (true, true) => $" from {facts.Min} to {facts.Max}{unit}",
            (true, false) => $" of at least {facts.Min}{unit}",
            (false, true) => $" of at most {facts.Max}{unit}",
            _ => unit,
        };
    }

    /// <summary>So many things, as <c>1 slice</c> or <c>2 slices</c>.</summary>
    public static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";

    /// <summary>Names in a row, the first few of them where there are many.</summary>
    public static string List(IReadOnlyCollection<string> names) =>
        names.Count <= ListedMax ? string.Join(", ", names) : $"{string.Join(", ", names.Take(ListedMax))} and {names.Count - ListedMax} more";

    /// <summary>A text as messages repeat it: on one line, not endless, and without the login of an address.</summary>
    public static string Shown(string text)
    {
        var (scheme, login) = (text.IndexOf("://", StringComparison.Ordinal), text.LastIndexOf('@'));
        if (scheme >= 0 && login > scheme)
        {
            text = $"{text[..(scheme + 3)]}***{text[login..]}";
        }

        var line = string.Concat(text.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '\uFFFD' : letter));
        return line.Length <= ShownMax ? line : line[..ShownMax] + "…";
    }
}
