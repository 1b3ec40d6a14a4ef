using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>The configuration holds the names of secrets. What may be a value is refused, and never repeated.</summary>
internal static class SecretNameRule
{
    public static string? Check(string text, ConfigPath path, Findings findings)
    {
        if (StepAddress.IsName(text))
        {
            return text;
        }

        var why = text.Length == 0 ? "It is empty"
            : text.Contains(':', StringComparison.Ordinal) ? "It holds a ':', as USER:PASSWORD does"
            : text.Any(char.IsWhiteSpace) ? "It holds a blank"
            : "It is no name";
        findings.Add(
            DiagnosticCatalog.SecretNotAName.Error,
            path,
            $"{why}; expected the name of a secret, as blue-admin ({NameRule.Allowed}). What was found is not shown, in case it is the secret itself: then change it, and keep it in the environment or in a file instead.",
            command: Commands.Update(path));
        return null;
    }
}
