using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A choice is one of its words, in their spelling.</summary>
internal static class ChoiceRule
{
    public static bool Check(FieldShape field, string word, ConfigPath path, Findings findings)
    {
        if (field.Choices.Contains(word))
        {
            return true;
        }

        var meant = DidYouMean.Among(word, field.Choices);
        findings.Add(
            DiagnosticCatalog.UnknownChoice.Error,
            path,
            $"Found '{Words.Shown(word)}'; expected one of {string.Join(", ", field.Choices)}.",
            meant,
            meant is null ? Commands.Update(path) : Commands.Update(path, meant));
        return false;
    }
}
