using System.Text;
using System.Text.Json;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A text that is taken for JSON is one value of it.</summary>
internal static class JsonValueRule
{
    public static string? Check(string text, bool isObject, ConfigPath path, Findings findings)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
            }

            if (!isObject || text.TrimStart().StartsWith('{'))
            {
                return text.Trim();
            }
        }
        catch (JsonException)
        {
        }

        var expected = isObject ? "an object of JSON, as {\"a\": true}" : "one value of JSON, as 1.10, \"text\", [1, 2] or {\"a\": true}; a plain text belongs under 'value'";
        findings.Add(DiagnosticCatalog.BadJsonValue.Error, path, $"Found '{Words.Shown(text)}'; expected {expected}.", command: Commands.Update(path));
        return null;
    }
}
