using System.Text;
using Portage.Configuration.Fields;

namespace Portage.Configuration.Schema;

/// <summary>A configuration that shows every field, with comments, and that passes every rule as it stands.</summary>
public static class Sample
{
    private const int WidthMax = 110;

    private const string Intro = """
        # A configuration with every field. What stands at its default may be left out; alternatives are commented out
        # with a # at the beginning of the line. Check your own with: workflow configure validate


        """;

    /// <summary>The sample as YAML.</summary>
    public static string Write()
    {
        var text = new StringBuilder(Intro.ReplaceLineEndings("\n"));
        WriteRecord(text, RecordShape.Root, 0, isComment: false);
        return text.ToString();
    }

    private static void WriteRecord(StringBuilder text, RecordShape shape, int indentation, bool isComment)
    {
        var before = text.Length;
        foreach (var field in shape.Fields.OrderBy(field => field.Order))
        {
            if (text.Length > before)
            {
                text.Append('\n');
            }

            WriteField(text, field, indentation, isComment || field.Facts.CommentInSample || (shape.ExactlyOneOf.Contains(field) && field != shape.ExactlyOneOf[0]));
        }
    }

    private static void WriteField(StringBuilder text, FieldShape field, int indentation, bool isComment)
    {
        var facts = field.Facts;
        var value = facts.Example ?? (field.Default is null ? null : field.Kind is FieldKind.Text or FieldKind.Choice ? field.DefaultJson.Trim('"') : field.DefaultJson);
        var otherwise = facts.Required ? " Required."
            : facts.Default is { } words ? $" Default: {words}."
            : field.Kind is FieldKind.Record or FieldKind.Map or FieldKind.List || field.Default is null ? ""
            : $" Default: {(field.Kind is FieldKind.Text or FieldKind.Choice ? field.DefaultJson.Trim('"') : field.DefaultJson)}.";
        var range = field.Kind == FieldKind.Whole ? $" A whole number from {facts.Min} to {facts.Max}{(facts.Unit is { } unit ? " " + unit : "")}."
            : field.Kind == FieldKind.Choice ? $" One of {string.Join(", ", field.Choices)}."
            : field.Gate is { } gate ? $" auto is: {gate.Auto}. Numbers: {string.Join(", ", gate.Numbers)}."
            : "";
        WriteComment(text, facts.Description + range + otherwise, indentation);
        switch (field.Kind)
        {
            case FieldKind.Map:
                WriteLine(text, $"{field.Name}:", indentation, isComment);
                WriteLine(text, $"{facts.Example}:", indentation + 2, isComment);
                WriteRecord(text, field.Record!, indentation + 4, isComment);
                break;
            case FieldKind.List:
                WriteLine(text, $"{field.Name}:", indentation, isComment);
                WriteLine(text, "-", indentation + 2, isComment);
                WriteRecord(text, field.Record!, indentation + 4, isComment);
                break;
            case FieldKind.Record when field.Record!.Fields.Length > 0:
                WriteLine(text, $"{field.Name}:", indentation, isComment);
                WriteRecord(text, field.Record, indentation + 2, isComment);
                break;
            case FieldKind.Record:
                WriteLine(text, $"{field.Name}: {{}}", indentation, isComment);
                break;
            default:
                WriteLine(text, $"{field.Name}: {value}", indentation, isComment);
                break;
        }
    }

    private static void WriteLine(StringBuilder text, string line, int indentation, bool isComment) =>
        text.Append(isComment ? "#" : "").Append(' ', indentation).Append(line).Append('\n');

    private static void WriteComment(StringBuilder text, string words, int indentation)
    {
        var width = 0;
        foreach (var word in words.Split(' '))
        {
            if (width == 0 || width + word.Length + 1 > WidthMax)
            {
                text.Append(width == 0 ? "" : "\n").Append(' ', indentation).Append('#');
                width = indentation + 1;
            }

            text.Append(' ').Append(word);
            width += word.Length + 1;
        }

        text.Append('\n');
    }
}
