using System.Text.Json;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Contracts;

/// <summary>A diagnostic for programs.</summary>
internal static class DiagnosticJson
{
    public static void Write(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteString("code", diagnostic.Code);
        json.WriteString("severity", JsonWriting.Word(diagnostic.Severity));
        json.WriteString("path", diagnostic.Path);
        json.WriteString("file", diagnostic.File);
        json.WriteNumberOrNull("line", diagnostic.At?.Line);
        json.WriteNumberOrNull("column", diagnostic.At?.Column);
        json.WriteString("summary", diagnostic.Summary);
        json.WriteString("detail", diagnostic.Detail);
        json.WriteString("didYouMean", diagnostic.DidYouMean);
        json.WriteString("command", diagnostic.Command);
    }
}
