using System.Globalization;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A number is within the limits of its field.</summary>
internal static class RangeRule
{
    /// <param name="value">Null when it is too long for any field.</param>
    public static bool Check(FieldShape field, long? value, string text, ConfigPath path, Findings findings)
    {
        var widest = field.ValueType == typeof(int) ? (Min: (long)int.MinValue, Max: (long)int.MaxValue) : (Min: long.MinValue, Max: long.MaxValue);
        var (min, max) = (Math.Max(field.Facts.Min, widest.Min), Math.Min(field.Facts.Max, widest.Max));
        if (value >= min && value <= max)
        {
            return true;
        }

        var nearest = text[0] == '-' || value < min ? min : max;
        findings.Add(
            DiagnosticCatalog.OutOfRange.Error,
            path,
            $"Found {Words.Shown(text)}; expected a whole number from {min} to {max}{(field.Facts.Unit is { } unit ? " " + unit : "")}.",
            command: Commands.Update(path, nearest.ToString(CultureInfo.InvariantCulture)));
        return false;
    }
}
