using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Portage.Transforms.Json;

namespace Portage.Transforms.Scripts;

/// <summary>
/// The digits of the numbers of a source. A script has doubles; a number that it moved, or copied, is written with the digits that the source has for it.
/// Where two numbers of the source are one double and not one number, nobody can tell which it moved.
/// </summary>
internal sealed class NumberText
{
    private readonly Dictionary<long, List<string>> _texts = [];

    public NumberText(SourceNode root) => Collect(root);

    public static double ToDouble(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out var read) && read == text.Length ? value : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>How a number of the script is written.</summary>
    /// <param name="own">How JavaScript writes it.</param>
    /// <exception cref="TransformFailure">The source has two for it.</exception>
    public string Write(double value, string own)
    {
        if (!_texts.TryGetValue(BitConverter.DoubleToInt64Bits(value), out var texts))
        {
            return own;
        }

        if (texts.Count == 1)
        {
            return texts[0];
        }

        return texts.Select(Normal).Distinct().Count() == 1
            ? texts.Contains(own, StringComparer.Ordinal) ? own : texts[0]
            : throw new TransformFailure($"The script moves a number with more digits than it has for it, one of {string.Join(" and ", texts.Take(3))}, and nobody can tell which");
    }

    private void Collect(SourceNode node)
    {
        if (node.IsNumber)
        {
            var texts = System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_texts, BitConverter.DoubleToInt64Bits(ToDouble(node.Raw.Span)), out _) ??= [];
            var text = Encoding.UTF8.GetString(node.Raw.Span);
            if (!texts.Contains(text, StringComparer.Ordinal))
            {
                texts.Add(text);
            }
        }
        else if (node.IsObject)
        {
            node.Members.ForEach(member => Collect(member.Value));
        }
        else if (node.IsList)
        {
            node.Items.ForEach(Collect);
        }
    }

    /// <summary>The same for 1.10, 11e-1 and 0.11E1.</summary>
    private static (bool IsNegative, string Digits, int Exponent) Normal(string text)
    {
        var isNegative = text[0] == '-';
        var exponentAt = text.IndexOfAny(['e', 'E']);
        var mantissa = text[(isNegative ? 1 : 0)..(exponentAt < 0 ? text.Length : exponentAt)];
        var exponent = exponentAt < 0 ? 0 : int.TryParse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? given : int.MaxValue / 2;
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        exponent -= dot < 0 ? 0 : mantissa.Length - dot - 1;
        var digits = all.TrimStart('0');
        var whole = digits.TrimEnd('0');
        return whole.Length == 0 ? (isNegative, "0", 0) : (isNegative, whole, exponent + (digits.Length - whole.Length));
    }
}
