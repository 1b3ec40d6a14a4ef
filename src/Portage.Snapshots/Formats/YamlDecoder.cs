using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portage.Snapshots.Repositories;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Portage.Snapshots.Formats;

/// <summary>Turns YAML into the JSON that the server shows of it, but for numbers: those that are JSON numbers as they stand keep their text (1.10 stays 1.10).</summary>
/// <remarks>
/// Plain words are what YAML 1.1 says (<c>yes</c>, <c>off</c>, <c>~</c>), with the server's exceptions, tried on Elasticsearch 7.10.2: <c>017</c> is 17, and
/// hexadecimal, binary and sexagesimal numbers stay texts; so does an alias, by its name. What the server keeps and cannot show
/// (<c>1_000</c>, <c>.inf</c>) is written as what YAML means by it.
/// </remarks>
internal static partial class YamlDecoder
{
    private const string Core = "tag:yaml.org,2002:";

    private static readonly HashSet<string> True = ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
    private static readonly HashSet<string> False = ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
    private static readonly HashSet<string> Null = ["", "~", "null", "Null", "NULL"];

    /// <summary>The document as UTF-8 JSON text.</summary>
    /// <param name="path">What holds it, for errors.</param>
    /// <exception cref="CorruptBlobException">It is not well-formed, or has a key that JSON cannot have.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlySpan<byte> yaml, string path)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, yaml.Length * 2));
        try
        {
            using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = SmileDecoder.DepthMax + 1 });
            var parser = new Parser(new StringReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(yaml)));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            Value(parser, json, path, 0);
            parser.Consume<DocumentEnd>();
            parser.Consume<StreamEnd>();
        }
        // The scanner does not catch everything itself that it stumbles over (found by damaging documents).
        catch (Exception failure) when (failure is YamlException or DecoderFallbackException or FormatException or InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new CorruptBlobException(path, "well-formed YAML of one document", failure.Message, failure);
        }

        return output.WrittenMemory;
    }

    private static void Value(Parser parser, Utf8JsonWriter json, string path, int depth)
    {
        if (depth > SmileDecoder.DepthMax)
        {
            throw new CorruptBlobException(path, $"at most {SmileDecoder.DepthMax} nested levels", "more");
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            json.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                json.WritePropertyName(parser.TryConsume<Scalar>(out var name) ? name.Value : throw new CorruptBlobException(path, "a text as the name of a field", $"{parser.Current?.GetType().Name}"));
                Value(parser, json, path, depth + 1);
            }

            json.WriteEndObject();
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            json.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                Value(parser, json, path, depth + 1);
            }

            json.WriteEndArray();
        }
        else if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            json.WriteStringValue(alias.Value.Value);
        }
        else
        {
            Write(parser.Consume<Scalar>(), json);
        }
    }

    private static void Write(Scalar scalar, Utf8JsonWriter json)
    {
        var tag = scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific ? null : scalar.Tag.Value;
        var (text, isPlain) = (scalar.Value, scalar.Style == ScalarStyle.Plain);
        switch (tag)
        {
            case null when !isPlain:
            case not null when !tag.StartsWith(Core, StringComparison.Ordinal):
                json.WriteStringValue(text);
                break;
            case null:
                WritePlain(text, json);
                break;
            case Core + "binary":
                json.WriteBase64StringValue(Convert.FromBase64String(text));
                break;
            case Core + "null":
                json.WriteNullValue();
                break;
            case Core + "int" or Core + "float" or Core + "bool":
                if (tag == Core + "float" && Whole().IsMatch(text))
                {
                    text += ".0";
                }

                WritePlain(text, json);
                break;
            default:
                json.WriteStringValue(text);
                break;
        }
    }

    private static void WritePlain(string text, Utf8JsonWriter json)
    {
        if (Null.Contains(text))
        {
            json.WriteNullValue();
        }
        else if (True.Contains(text) || False.Contains(text))
        {
            json.WriteBooleanValue(True.Contains(text));
        }
        else if (Whole().IsMatch(text))
        {
            json.WriteRawValue(BigInteger.Parse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        }
        else if (JsonNumber().IsMatch(text))
        {
            json.WriteRawValue(text);
        }
        else if (Fraction().IsMatch(text))
        {
            json.WriteRawValue(JavaNumbers.Text(double.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)));
        }
        else
        {
            json.WriteStringValue(text switch
            {
                ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => "Infinity",
                "-.inf" or "-.Inf" or "-.INF" => "-Infinity",
                ".nan" or ".NaN" or ".NAN" => "NaN",
                _ => text,
            });
        }
    }

    // Digits of which one is 8 or 9 behind a leading zero are no octal number, and count as a fraction (08 is 8.0).
    [GeneratedRegex("^[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex("^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex JsonNumber();

    [GeneratedRegex("^[-+]?(?:\\.[0-9]+|[0-9][0-9_]*(?:\\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Fraction();
}
