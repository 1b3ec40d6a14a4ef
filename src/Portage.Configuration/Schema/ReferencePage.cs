using System.Text;
using Portage.Configuration.Fields;
using Portage.Configuration.Rules;

namespace Portage.Configuration.Schema;

/// <summary>The page that describes every field, as Markdown. A test compares it with <c>docs/reference/configuration.md</c>.</summary>
public static class ReferencePage
{
    private const string Intro = """
        # Configuration

        <!-- Written from the records of src/Portage.Configuration; do not edit. UPDATE_GOLDEN=1 with its tests writes it anew. -->

        YAML or JSON (comments and trailing commas allowed). What may be left out has its default below; what is not known is an
        error. Lists of texts are sets: their order means nothing. Names are 1 to 63 of `A-Z a-z 0-9 . _ -`, beginning with a letter or
        digit, and names of one map must differ by more than case and punctuation.

        *Affects* says what a change of the field makes worthless. `result`: work that depends on it is done again; `result,
        changed in place`: what is there is changed, and not made anew. `process`: work goes on, adjusted. `nothing`: nothing
        happens. *Change* says how a field that affects the result may change once work has been done with it. `free`: at any
        time. `gated`: with an approval that shows the old and the new value. `never`: only after that work has been
        reverted.

        `workflow configure sample` prints a configuration with every field, `workflow configure schema` a JSON Schema for editors.

        """;

    /// <summary>The page.</summary>
    public static string Write()
    {
        var page = new StringBuilder(Intro.ReplaceLineEndings("\n"));
        WriteSection(page, RecordShape.Root, "", FieldWeight.Top);
        return page.ToString();
    }

    /// <summary>A section for each record that has names; the records in it without names are rows of its table.</summary>
    private static void WriteSection(StringBuilder page, RecordShape shape, string path, FieldWeight weight)
    {
        var below = new List<(FieldShape Map, string Path, FieldWeight Weight)>();
        var rows = new StringBuilder();
        var notes = new StringBuilder();
        WriteRows(rows, notes, below, shape, "", weight);
        page.Append('\n').Append("## ").Append(path.Length == 0 ? "The whole" : $"`{path}`").Append("\n\n");
        page.Append("| Field | Type | Default | Affects | Change | |\n| --- | --- | --- | --- | --- | --- |\n").Append(rows);
        if (notes.Length > 0)
        {
            page.Append('\n').Append(notes);
        }

        foreach (var (map, mapPath, mapWeight) in below)
        {
            WriteSection(page, map.Record!, $"{(path.Length == 0 ? "" : path + ".")}{mapPath}{(map.Kind == FieldKind.List ? "[n]" : ".<name>")}", mapWeight);
        }
    }

    private static void WriteRows(
        StringBuilder rows, StringBuilder notes, List<(FieldShape Map, string Path, FieldWeight Weight)> below, RecordShape shape, string prefix, FieldWeight inherited)
    {
        if (shape.ExactlyOneOf.Length > 0)
        {
            var alternatives = string.Join(", ", shape.ExactlyOneOf.Select(field => $"`{prefix}{field.Name}`"));
            notes.Append(shape.ExactlyOneOf.Length == 1 ? $"- {alternatives} is needed.\n" : $"- Exactly one of {alternatives}.\n");
        }

        if (shape.NotAvailableYet.Length > 0)
        {
            notes.Append($"- Not available yet, and refused: {string.Join(", ", shape.NotAvailableYet.Select(key => $"`{prefix}{key}`"))}.\n");
        }

        foreach (var field in shape.Fields.OrderBy(field => field.Order))
        {
            var weight = inherited.Of(field);
            rows.Append($"| `{prefix}{field.Name}` | {Type(field)} | {Default(field)} | {Weight(field, weight)} | {(weight.Affects == Affects.Result && !IsHolder(field) ? Word(weight.Change) : "")} | {Cell(field.Facts.Description)} |\n");
            if (field.Kind is FieldKind.Map or FieldKind.List)
            {
                below.Add((field, prefix + field.Name, weight));
            }
            else if (field.Kind == FieldKind.Record)
            {
                WriteRows(rows, notes, below, field.Record!, $"{prefix}{field.Name}.", weight);
            }
        }
    }

    // What holds other fields says nothing itself: they do.
    private static bool IsHolder(FieldShape field) => field.Kind == FieldKind.Map || (field.Kind == FieldKind.Record && field.Default is not null);

    private static string Weight(FieldShape field, FieldWeight weight) => IsHolder(field) ? "" : $"{Word(weight.Affects)}{(weight.InPlace ? ", changed in place" : "")}";

    private static string Word<T>(T value)
        where T : struct, Enum => FieldShape.Camel(value.ToString());

    private static string Type(FieldShape field) => Cell(field.Kind switch
    {
        FieldKind.Text when field.Gate is { } gate => $"`manual`, `auto` (is `{gate.Auto}`), `none`, or comparisons of {string.Join(", ", gate.Numbers.Select(number => $"`{number}`"))} joined by `&&`",
        FieldKind.Text when field.Reference is { } reference => $"a name of `{reference.Map}`",
        FieldKind.Texts when field.Reference is { } reference => $"names of `{reference.Map}`",
        FieldKind.Text => field.Facts.Example is { } example ? $"text, as `{example}`" : "text",
        FieldKind.Texts => field.Facts.Example is { } example ? $"texts, as `{example}`" : "texts",
        FieldKind.Whole => $"whole number{Words.Range(field.Facts)}",
        FieldKind.Flag => "`true` or `false`",
        FieldKind.Choice => string.Join(", ", field.Choices.Select(choice => $"`{choice}`")),
        FieldKind.Record => field.Record!.Fields.Length == 0 ? "`{}`" : "object",
        FieldKind.List => "objects in order",
        _ => "objects by name",
    });

    private static string Default(FieldShape field) =>
        field.Facts.Required ? "*required*"
        : field.Facts.Default is { } otherwise ? Cell(otherwise)
        : IsHolder(field) || field.Default is null ? ""
        : $"`{Cell(field.Kind is FieldKind.Text or FieldKind.Choice ? field.DefaultJson.Trim('"') : field.DefaultJson)}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
