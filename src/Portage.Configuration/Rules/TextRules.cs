using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A text looks like what its field says it is. Picks the rule.</summary>
internal static class TextRules
{
    /// <summary>The text in its one form; null when it is reported.</summary>
    public static string? Check(FieldShape field, string text, ConfigPath path, Findings findings)
    {
        if (field.Facts.Form != TextForm.SecretName && !CharactersCanBeKept(text, path, findings))
        {
            return null;
        }

        var kept = field.Facts.Form switch
        {
            TextForm.Endpoint => EndpointRule.Check(text, isCluster: true, path, findings),
            TextForm.WebAddress => EndpointRule.Check(text, isCluster: false, path, findings),
            TextForm.ClusterVersion => ClusterVersionRule.Check(text, path, findings),
            TextForm.IndexPattern => IndexPatternRule.Check(text, path, findings),
            TextForm.AbsolutePath => AbsolutePathRule.Check(text, elsewhere: false, path, findings),
            TextForm.AbsolutePathElsewhere => AbsolutePathRule.Check(text, elsewhere: true, path, findings),
            TextForm.SecretName => SecretNameRule.Check(text, path, findings),
            _ => text,
        };
        return kept is not null && field.Gate is { } gate ? GateRule.Check(gate, kept, path, findings) : kept;
    }

    private static bool CharactersCanBeKept(string text, ConfigPath path, Findings findings)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !HasHalfOfPair(text))
        {
            return true;
        }

        findings.Add(
            DiagnosticCatalog.BadCharacter.Error,
            path,
            $"'{Words.Shown(text)}' holds a line break, a tab, another control character or half of a surrogate pair; expected one line of text.",
            command: Commands.Update(path));
        return false;
    }

    private static bool HasHalfOfPair(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return true;
                }

                i++;
            }
        }

        return false;
    }
}
