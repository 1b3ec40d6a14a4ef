using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Configuration.Rules;

/// <summary>A gate is a word, or a condition over numbers that the step reports.</summary>
internal static class GateRule
{
    private static readonly string[] Known = ["manual", "auto", "none"];

    public static string? Check(GateAttribute gate, string text, ConfigPath path, Findings findings)
    {
        if (Known.Contains(text))
        {
            return text;
        }

        if (!GatePredicate.TryParse(text, out var predicate, out var problem))
        {
            var word = DidYouMean.Among(text, Known);
            findings.Add(
                DiagnosticCatalog.BadGate.Error,
                path,
                $"Found '{Words.Shown(text)}'; expected manual, auto, none, or comparisons joined by &&, as {gate.Auto}."
                    + (text.Any(letter => !char.IsAsciiLetter(letter)) ? $" {Sentence(Words.Shown(problem))}." : ""),
                word,
                word is null ? Commands.Update(path) : Commands.Update(path, word));
            return null;
        }

        if (predicate.For > TimeSpan.Zero && !gate.IsLive)
        {
            findings.Add(
                DiagnosticCatalog.BadGate.Error,
                path,
                $"Found '{Words.Shown(text)}'; this step ends, and its condition is asked once, so it cannot hold for a time.",
                null,
                Commands.Update(path));
            return null;
        }

        foreach (var name in predicate.Names.Distinct().Where(name => !gate.Numbers.Contains(name)))
        {
            var meant = DidYouMean.Among(name, gate.Numbers);
            findings.Add(
                DiagnosticCatalog.BadGate.Error,
                path,
                $"'{Words.Shown(name)}' is not a number that the step reports ({string.Join(", ", gate.Numbers)}).",
                meant,
                Commands.Update(path));
            text = null!;
        }

        return text;
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
