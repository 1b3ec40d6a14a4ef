using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Editing;

/// <summary>
/// Reads a value from a command line. Where a text belongs, what is typed is the text, so that nobody has to quote for
/// the shell and for YAML as well; in quotes it is read as YAML. Where anything else belongs, it is YAML or JSON.
/// </summary>
internal static class ValueText
{
    private const string Called = "the value";

    /// <summary>The value for a place; null with findings.</summary>
    public static ConfigNode? Read(ConfigPlace place, string text, Findings findings)
    {
        text = text.Trim();
        var takesText = place is ConfigPlace.Item { List.Kind: FieldKind.Texts } or ConfigPlace.Field { Shape.Kind: FieldKind.Text or FieldKind.Choice };
        var takesTexts = place is ConfigPlace.Field { Shape.Kind: FieldKind.Texts };
        if ((takesText || (takesTexts && !text.StartsWith('[') && !text.StartsWith("- ", StringComparison.Ordinal))) && !text.StartsWith('"') && !text.StartsWith('\''))
        {
            return new ConfigScalar(default, text, ScalarKind.Text);
        }

        var found = new Findings(Called);
        var node = TextTree.Read(text, Called, found);
        foreach (var diagnostic in found.InOrder())
        {
            findings.Add(diagnostic with { Path = place.Path.ToString() }, default);
        }

        if (node is ConfigObject { Entries.Count: 0 } && text.Length == 0)
        {
            findings.Add(DiagnosticCatalog.WrongType.Error, place.Path, $"The value is empty; expected {Expected(place)}.");
            return null;
        }

        if (node is ConfigScalar { Kind: ScalarKind.Nothing })
        {
            findings.Add(
                DiagnosticCatalog.WrongType.Error,
                place.Path,
                $"The value is null, which is the same as leaving it out; expected {Expected(place)}.",
                command: Commands.Remove(place.Path));
            return null;
        }

        return found.AnyError ? null : node;
    }

    private static string Expected(ConfigPlace place) => place switch
    {
        ConfigPlace.Field field => Words.Expected(field.Shape),
        ConfigPlace.Entry entry => Words.ExpectedRecord(entry.Map.Record!) + ", or {}",
        ConfigPlace.Item { List.Kind: FieldKind.List } item => Words.ExpectedRecord(item.List.Record!),
        ConfigPlace.Item => "a text",
        _ => Words.ExpectedRecord(RecordShape.Root),
    };
}
