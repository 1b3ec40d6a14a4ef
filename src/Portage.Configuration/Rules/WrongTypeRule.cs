using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A value is of the type that its field takes. Nothing is converted: <c>"8"</c> is not 8, and 8 is not <c>"8"</c>.</summary>
internal static class WrongTypeRule
{
    public static void Report(FieldShape field, ConfigNode node, ConfigPath path, bool sensitive, Findings findings)
    {
        var advice = (field.Kind, node) switch
        {
            (FieldKind.Text, ConfigScalar { Kind: ScalarKind.Number } scalar) when !sensitive && field.Facts.Form == TextForm.Any => $" Write it in quotes: \"{Words.Shown(scalar.Text)}\".",
            (FieldKind.Whole, ConfigScalar { Kind: ScalarKind.Text } scalar) when IsDigits(scalar.Text) => $" Write it without quotes: {Words.Shown(scalar.Text)}.",
            (FieldKind.Texts, ConfigScalar { Kind: ScalarKind.Text } scalar) when !sensitive => $" Write it as a list: [\"{Words.Shown(scalar.Text)}\"].",
            (FieldKind.Record, ConfigScalar { Kind: ScalarKind.Text }) when sensitive => $" As in {field.Name}: {{ {Usual(field.Record!)} }}.",
            _ => "",
        };
        var mended = (field.Kind, node) switch
        {
            (FieldKind.Text, ConfigScalar { Kind: ScalarKind.Number } scalar) when !sensitive && field.Facts.Form == TextForm.Any => Commands.Update(path, $"\"{Words.Shown(scalar.Text)}\""),
            (FieldKind.Whole, ConfigScalar { Kind: ScalarKind.Text } scalar) when IsDigits(scalar.Text) => Commands.Update(path, scalar.Text),
            (FieldKind.Texts, ConfigScalar { Kind: ScalarKind.Text } scalar) when !sensitive => Commands.Update(path, $"[\"{Words.Shown(scalar.Text)}\"]"),
            _ => Commands.Update(path),
        };
        var meant = field.Kind == FieldKind.Flag && node is ConfigScalar { Kind: ScalarKind.Text } word ? FlagMeant(word.Text) : null;
        findings.Add(
            DiagnosticCatalog.WrongType.Error,
            path,
            $"Found {Words.Found(node, sensitive)}; expected {Words.Expected(field)}.{advice}",
            meant,
            meant is null ? mended : Commands.Update(path, meant));
    }

    public static void ReportItem(ConfigNode node, ConfigPath path, bool sensitive, Findings findings) => findings.Add(
        DiagnosticCatalog.WrongType.Error,
        path,
        $"Found {Words.Found(node, sensitive)}; expected a text."
            + (node is ConfigScalar { Kind: not ScalarKind.Nothing } scalar && !sensitive ? $" Write it in quotes: \"{Words.Shown(scalar.Text)}\"." : ""),
        command: node is ConfigScalar ? Commands.Update(path) : Commands.Remove(path));

    public static void ReportEntry(FieldShape map, ConfigNode node, ConfigPath path, bool sensitive, Findings findings) => findings.Add(
        DiagnosticCatalog.WrongType.Error,
        path,
        $"Found {Words.Found(node, sensitive)}; expected {Words.ExpectedRecord(map.Record!)}.",
        command: Commands.Update(path));

    public static void ReportRoot(ConfigNode node, Findings findings) => findings.Add(
        DiagnosticCatalog.WrongType.Error,
        ConfigPath.Root,
        $"Found {Words.Found(node, sensitive: false)}; expected {Words.ExpectedRecord(RecordShape.Root)}.",
        command: "workflow configure sample");

    private static bool IsDigits(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static string? FlagMeant(string word) => word.ToUpperInvariant() switch
    {
        "YES" or "Y" or "ON" or "TRUE" => "true",
        "NO" or "N" or "OFF" or "FALSE" => "false",
        _ => null,
    };

    private static string Usual(RecordShape shape) => shape.Fields.MinBy(field => field.Order) is { } first
        ? first.Kind == FieldKind.Record ? $"{first.Name}: {{ {Usual(first.Record!)} }}" : $"{first.Name}: {first.Facts.Example ?? "…"}"
        : "";
}
