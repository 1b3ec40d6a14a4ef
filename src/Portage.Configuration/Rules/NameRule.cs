using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A name can be part of a step's address.</summary>
internal static class NameRule
{
    /// <summary>What a name may be, in words.</summary>
    public const string Allowed = "1 to 63 of A-Z a-z 0-9 . _ -, beginning with a letter or digit";

    public static void Check(FieldShape map, ConfigObject node, ConfigPath path, Findings findings)
    {
        foreach (var entry in node.Entries)
        {
            if (StepAddress.IsName(entry.Key))
            {
                continue;
            }

            var entryPath = path.Then(entry.Key);
            var advice = Nearest(entry.Key) is { } nearest && node.Find(nearest) is null ? nearest : null;
            findings.Add(
                DiagnosticCatalog.BadName.Error,
                entryPath,
                $"'{Words.Shown(entry.Key)}' cannot be part of a step's address; names under '{map.Name}' are {Allowed}.",
                advice,
                Commands.Remove(entryPath),
                atKey: true);
        }
    }

    private static string? Nearest(string name)
    {
        if (name.Any(letter => char.IsLetter(letter) && !char.IsAscii(letter)))
        {
            return null;
        }

        var letters = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '-'))
            .Trim('-', '.', '_');
        var nearest = letters.Length > 63 ? letters[..63] : letters;
        return StepAddress.IsName(nearest) ? nearest : null;
    }
}
