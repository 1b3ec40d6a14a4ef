using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portage.Transforms.Json;

/// <summary>Writes single values as JSON.</summary>
internal static class JsonWords
{
    /// <summary>A text with its quotes. Only what JSON demands is escaped.</summary>
    public static byte[] Quoted(string text)
    {
        var encoded = JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var quoted = new byte[encoded.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        encoded.CopyTo(quoted.AsSpan(1));
        return quoted;
    }

    /// <summary>Some of a value for a message: on one line, not endless.</summary>
    public static string Shown(ReadOnlySpan<byte> json)
    {
        const int Max = 60;
        var text = string.Concat(Encoding.UTF8.GetString(json[..Math.Min(json.Length, 4 * Max)]).Select(letter => char.IsControl(letter) ? ' ' : letter));
        return text.Length <= Max ? text : text[..Max] + "…";
    }
}
