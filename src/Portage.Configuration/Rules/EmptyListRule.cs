using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A list that means "everything" when it is left out is not given empty: people mean "nothing" by that.</summary>
internal static class EmptyListRule
{
    public static void Check(FieldShape field, ConfigPath path, Findings findings)
    {
        if (field.Facts.NotEmpty)
        {
            findings.Add(
                DiagnosticCatalog.EmptyList.Error,
                path,
                $"The list is empty, so it selects nothing. Leave it out for {field.Facts.Default ?? CanonicalJson.WriteValue(field, field.Default)}, or name at least one.",
                command: Commands.Remove(path),
                atKey: true);
        }
    }
}
