using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>Of the alternatives of a record, exactly one is given.</summary>
internal static class ExactlyOneRule
{
    public static void Check(RecordShape shape, ConfigObject node, ConfigPath path, Findings findings)
    {
        if (shape.ExactlyOneOf.Length == 0)
        {
            return;
        }

        var alternatives = shape.ExactlyOneOf.Select(field => field.Name).ToList();
        var named = alternatives.Where(name => node.Find(name) is not null).ToList();
        var given = named.Where(name => node.Find(name) is { Value: not ConfigScalar { Kind: ScalarKind.Nothing } }).ToList();
        var expected = alternatives.Count == 1 ? $"'{alternatives[0]}'" : $"exactly one of {string.Join(", ", alternatives)}";
        if (given.Count > 1)
        {
            findings.Add(
                DiagnosticCatalog.NotExactlyOne.Error,
                path,
                $"{string.Join(" and ", given.Select(name => $"'{name}'"))} are given; expected {expected}.",
                command: Commands.Remove(path.Then(given[^1])),
                atKey: true);
        }
        else if (given.Count == 0 && named.Count > 0)
        {
            findings.Add(
                DiagnosticCatalog.NotExactlyOne.Error,
                path,
                $"'{named[0]}' is followed by nothing, which is the same as leaving it out; write {named[0]}: {{}} if it needs no more.",
                command: Commands.Update(path.Then(named[0]), "{}"),
                atKey: true);
        }
        else if (given.Count == 0 && node.Entries.All(entry => shape.Find(entry.Key) is not null))
        {
            // With an unknown key in its place, the unknown key is the error.
            findings.Add(
                DiagnosticCatalog.NotExactlyOne.Error,
                path,
                $"None is given; expected {expected}.",
                command: Commands.Update(path.Then(alternatives[0])),
                atKey: true);
        }
    }
}
