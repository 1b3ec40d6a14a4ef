using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A key is known; and a key that only a later version serves is never ignored.</summary>
internal static class UnknownKeyRule
{
    /// <summary>Reports the key, and returns the one that was probably meant.</summary>
    public static string? Report(RecordShape shape, string key, ConfigPath record, Findings findings)
    {
        var path = record.Then(key);
        var shown = Words.Shown(key);

        // Only of a text that is kept elsewhere can the key be removed; an edit has not put it anywhere yet.
        var mended = findings.AreOfText ? Commands.Remove(path) : null;
        if (shape.NotAvailableYet.Contains(key))
        {
            findings.Add(
                DiagnosticCatalog.NotAvailableYet.Error,
                path,
                $"'{shown}' is not available yet in this version; it is refused, because leaving it out silently would not do what you asked.",
                command: mended,
                atKey: true);
            return null;
        }

        var known = shape.Fields.Select(field => field.Name).ToList();
        var homes = HomesOf(key, shape, "").ToList();
        var meant = homes.Count > 0 ? null : DidYouMean.Among(key, known.Concat(shape.NotAvailableYet));
        var detail = homes.Count > 0 ? $"'{shown}' belongs under {string.Join(" or ", homes.Select(home => $"'{home}'"))}."
            : known.Count == 0 ? $"'{shown}' is not known here; nothing may stand here."
            : $"'{shown}' is not known here; known: {string.Join(", ", known)}.";
        findings.Add(DiagnosticCatalog.UnknownKey.Error, path, detail, meant, mended, atKey: true);
        return meant;
    }

    // A right key one level too high is the commonest mistake that is not a slip of the finger.
    private static IEnumerable<string> HomesOf(string key, RecordShape shape, string prefix) =>
        shape.Fields.Where(field => field.Kind == FieldKind.Record).SelectMany(field =>
            (field.Record!.Find(key) is not null ? [prefix + field.Name] : Enumerable.Empty<string>())
            .Concat(HomesOf(key, field.Record!, $"{prefix}{field.Name}.")));
}
