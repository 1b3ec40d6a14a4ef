using System.Buffers;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A text looks like what its field says it is. Picks the rule.</summary>
internal static class TextRules
{
    private static readonly SearchValues<char> NeverInLines = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code).Except(['\t', '\n', '\r'])]);

    /// <summary>The text in its one form; null when it is reported.</summary>
    public static string? Check(FieldShape field, string text, ConfigPath path, Findings findings)
    {
        if (field.Facts.Form != TextForm.SecretName && !CharactersCanBeKept(text, field.Facts.Form is TextForm.Lines or TextForm.Json or TextForm.JsonObject, path, findings))
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
            TextForm.BucketName => BucketNameRule.Check(text, path, findings),
            TextForm.FieldPath => FieldPathRule.Check(text, isName: false, path, findings),
            TextForm.FieldName => FieldPathRule.Check(text, isName: true, path, findings),
            TextForm.Json => JsonValueRule.Check(text, isObject: false, path, findings),
            TextForm.JsonObject => JsonValueRule.Check(text, isObject: true, path, findings),
            _ => text,
        };
        return kept is not null && field.Gate is { } gate ? GateRule.Check(gate, kept, path, findings) : kept;
    }

    private static bool CharactersCanBeKept(string text, bool isOfLines, ConfigPath path, Findings findings)
    {
        var hasControl = isOfLines ? text.AsSpan().ContainsAny(NeverInLines) : text.AsSpan().ContainsAnyInRange('\0', '\x1F');
        if (!hasControl && !HasHalfOfPair(text))
        {
            return true;
        }

        findings.Add(
            DiagnosticCatalog.BadCharacter.Error,
            path,
            isOfLines
                ? $"'{Words.Shown(text)}' holds a control character or half of a surrogate pair; expected lines of text."
                : $"'{Words.Shown(text)}' holds a line break, a tab, another control character or half of a surrogate pair; expected one line of text.",
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
