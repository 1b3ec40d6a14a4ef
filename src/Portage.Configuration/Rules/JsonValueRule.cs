using System.Text;
using System.Text.Json;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A text that is put into documents as it stands is one JSON value.</summary>
internal static class JsonValueRule
{
    public static string? Check(string text, ConfigPath path, Findings findings)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            while (reader.Read())
            {
            }

            return text.Trim();
        }
        catch (JsonException)
        {
            findings.Add(
                DiagnosticCatalog.BadJsonValue.Error,
                path,
                $"'{Words.Shown(text)}' is not JSON; expected one value, as 1.10, \"text\", [1, 2] or {{\"a\": true}}. A plain text belongs under 'value'.",
                command: Commands.Update(path));
            return null;
        }
    }
}
