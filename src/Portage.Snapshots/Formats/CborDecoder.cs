using System.Buffers;
using System.Formats.Cbor;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>Turns CBOR (RFC 8949) into the JSON text that the server shows of it: byte strings in base64, <c>undefined</c> as null, big and decimal numbers in full.</summary>
internal static class CborDecoder
{
    /// <summary>The document as UTF-8 JSON text.</summary>
    /// <param name="path">What holds it, for errors.</param>
    /// <exception cref="CorruptBlobException">It is not well-formed, or has a key that JSON cannot have.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> cbor, string path)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, cbor.Length * 2));
        try
        {
            using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = SmileDecoder.DepthMax + 1 });
            var reader = new CborReader(cbor, CborConformanceMode.Lax);
            Value(reader, json, path, 0);
            if (reader.BytesRemaining > 0)
            {
                throw new CorruptBlobException(path, "the end of the CBOR document", $"{reader.BytesRemaining:N0} bytes more");
            }
        }
        catch (Exception failure) when (failure is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new CorruptBlobException(path, "well-formed CBOR", failure.Message, failure);
        }

        return output.WrittenMemory;
    }

    private static void Value(CborReader reader, Utf8JsonWriter json, string path, int depth)
    {
        if (depth > SmileDecoder.DepthMax)
        {
            throw new CorruptBlobException(path, $"at most {SmileDecoder.DepthMax} nested levels", "more");
        }

        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                json.WriteNumberValue(reader.ReadUInt64());
                break;
            case CborReaderState.NegativeInteger:
                // -1 minus what is kept, which may be more than a long holds.
                json.WriteRawValue((-BigInteger.One - reader.ReadCborNegativeIntegerRepresentation()).ToString(CultureInfo.InvariantCulture));
                break;
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                json.WriteBase64StringValue(reader.ReadByteString());
                break;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                json.WriteStringValue(reader.ReadTextString());
                break;
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                json.WriteStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    Value(reader, json, path, depth + 1);
                }

                reader.ReadEndArray();
                json.WriteEndArray();
                break;
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                json.WriteStartObject();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    json.WritePropertyName(Name(reader, path));
                    Value(reader, json, path, depth + 1);
                }

                reader.ReadEndMap();
                json.WriteEndObject();
                break;
            case CborReaderState.Tag:
                Tagged(reader, json, path, depth);
                break;
            case CborReaderState.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case CborReaderState.HalfPrecisionFloat:
                json.WriteRawValue(JavaNumbers.Text((float)reader.ReadHalf()));
                break;
            case CborReaderState.SinglePrecisionFloat:
                json.WriteRawValue(JavaNumbers.Text(reader.ReadSingle()));
                break;
            case CborReaderState.DoublePrecisionFloat:
                json.WriteRawValue(JavaNumbers.Text(reader.ReadDouble()));
                break;
            case CborReaderState.Null:
                reader.ReadNull();
                json.WriteNullValue();
                break;
            case CborReaderState.SimpleValue when reader.ReadSimpleValue() is CborSimpleValue.Undefined:
                json.WriteNullValue();
                break;
            case var other:
                throw new CorruptBlobException(path, "a CBOR value", $"{other} after {reader.BytesRemaining:N0} bytes before the end");
        }
    }

    private static void Tagged(CborReader reader, Utf8JsonWriter json, string path, int depth)
    {
        switch (reader.PeekTag())
        {
            case CborTag.UnsignedBigNum or CborTag.NegativeBigNum:
                json.WriteRawValue(BigNumber(reader).ToString(CultureInfo.InvariantCulture));
                break;
            case CborTag.DecimalFraction:
                reader.ReadTag();
                reader.ReadStartArray();
                var exponent = reader.ReadInt64();
                var unscaled = reader.PeekState() switch
                {
                    CborReaderState.Tag => BigNumber(reader),
                    CborReaderState.UnsignedInteger => reader.ReadUInt64(),
                    _ => -BigInteger.One - reader.ReadCborNegativeIntegerRepresentation(),
                };
                reader.ReadEndArray();
                if (Math.Abs(exponent) > SmileDecoder.ScaleMax)
                {
                    throw new CorruptBlobException(path, $"a decimal exponent up to {SmileDecoder.ScaleMax:N0}", $"{exponent}");
                }

                json.WriteRawValue(JavaNumbers.Text(unscaled, -exponent));
                break;
            default:
                // As of times: the server shows what is tagged.
                reader.ReadTag();
                Value(reader, json, path, depth + 1);
                break;
        }
    }

    // The standard has a negative one as -1 minus its bytes. The server reads, indexes and shows it as minus its bytes, as its clients write it.
    private static BigInteger BigNumber(CborReader reader)
    {
        var isNegative = reader.PeekTag() == CborTag.NegativeBigNum;
        return reader.ReadBigInteger() + (isNegative ? BigInteger.One : BigInteger.Zero);
    }

    private static string Name(CborReader reader, string path) => reader.PeekState() switch
    {
        CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString => reader.ReadTextString(),
        CborReaderState.UnsignedInteger => reader.ReadUInt64().ToString(CultureInfo.InvariantCulture),
        CborReaderState.NegativeInteger => (-BigInteger.One - reader.ReadCborNegativeIntegerRepresentation()).ToString(CultureInfo.InvariantCulture),
        var other => throw new CorruptBlobException(path, "a text as the name of a field", $"{other}"),
    };
}
