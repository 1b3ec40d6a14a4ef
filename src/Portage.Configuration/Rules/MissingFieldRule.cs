using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>What a record cannot do without is given.</summary>
internal static class MissingFieldRule
{
    /// <param name="mistyped">Keys that were probably meant by unknown ones; they are not reported again.</param>
    public static void Check(RecordShape shape, ConfigObject node, List<string>? mistyped, ConfigPath record, Findings findings)
    {
        foreach (var field in shape.Fields)
        {
            if (!field.Facts.Required
                || mistyped?.Contains(field.Name) == true
                || node.Find(field.Name) is { Value: not ConfigScalar { Kind: ScalarKind.Nothing } })
            {
                continue;
            }

            var path = record.Then(field.Name);
            findings.Add(
                DiagnosticCatalog.MissingField.Error,
                path,
                $"'{field.Name}' is missing; expected {Words.Expected(field)}.",
                command: Commands.Update(path));
        }
    }
}
