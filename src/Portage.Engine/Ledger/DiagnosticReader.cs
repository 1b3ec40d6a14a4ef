using System.Text.Json;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>Reads why something failed.</summary>
internal static class DiagnosticReader
{
    public static Diagnostic Read(ref Utf8JsonReader json)
    {
        var (code, severity, path, summary, detail) = (default(string), Severity.Note, default(string), default(string), default(string));
        var (file, at, didYouMean, command) = (default(string), default(TextPosition?), default(string), default(string));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "code": code = json.GetString(); break;
                case "severity": severity = SeverityOf(json.GetString()); break;
                case "path": path = json.GetString(); break;
                case "summary": summary = json.GetString(); break;
                case "detail": detail = json.GetString(); break;
                case "file": file = json.GetString(); break;
                case "at" when json.TokenType != JsonTokenType.Null: at = Position(ref json); break;
                case "didYouMean": didYouMean = json.GetString(); break;
                case "command": command = json.GetString(); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(code), severity, path, JsonParts.Needed(summary), JsonParts.Needed(detail))
        {
            File = file,
            At = at,
            DidYouMean = didYouMean,
            Command = command,
        };
    }

    private static TextPosition Position(ref Utf8JsonReader json)
    {
        var (line, column) = (0, 0);
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "line": line = json.GetInt32(); break;
                case "column": column = json.GetInt32(); break;
                default: json.Skip(); break;
            }
        }

        return new(line, column);
    }

    private static Severity SeverityOf(string? word) => word switch
    {
        nameof(Severity.Note) => Severity.Note,
        nameof(Severity.Warning) => Severity.Warning,
        nameof(Severity.Error) => Severity.Error,
        _ => throw JsonParts.Unknown("severity", word),
    };
}
