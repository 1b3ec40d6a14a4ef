using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A field of a document is named as queries name it. What begins with <c>_</c> at the top belongs to the server, and is in no source.</summary>
internal static class FieldPathRule
{
    public static string? Check(string text, bool isName, ConfigPath path, Findings findings)
    {
        var problem = text.Length == 0 ? "It is empty"
            : isName && text.Contains('.', StringComparison.Ordinal) ? $"'{Words.Shown(text)}' holds a dot: a rename leaves the field where it is; use move to put it elsewhere"
            : text.Contains('*', StringComparison.Ordinal) ? $"'{Words.Shown(text)}' holds a '*'; a transform names one field"
            : text.Contains('[', StringComparison.Ordinal) ? $"'{Words.Shown(text)}' holds a '['; what is in a list is named as if the list were not there, as items.price"
            : text.Split('.').Any(name => name.Trim().Length == 0) ? $"'{Words.Shown(text)}' has a dot with no name beside it"
            : text is "_id" or "_index" or "_source" or "_routing" or "_type" or "_version" ? $"'{text}' is no field of a document's source"
            : null;
        if (problem is null)
        {
            return text;
        }

        findings.Add(
            DiagnosticCatalog.BadFieldPath.Error,
            path,
            $"{problem}; expected {(isName ? "a name, as headline" : "names with dots between them, as user.name")}.",
            command: Commands.Update(path));
        return null;
    }
}
