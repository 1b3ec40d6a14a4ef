using System.Buffers;
using System.Text;
using System.Text.Json;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portage.Cli.Views;

/// <summary>Writes results for programs: JSON, or the same as YAML. Every one carries the version of its shape as <c>formatVersion</c>.</summary>
internal static class Structured
{
    /// <param name="write">Writes the properties of the object.</param>
    public static void Write(Terminal terminal, OutputFormat format, Shape shape, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", shape.Version);
            write(json);
            json.WriteEndObject();
        }

        if (format == OutputFormat.Json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
            return;
        }

        WriteYaml(terminal.Out, buffer.WrittenMemory);
    }

    /// <summary>One document of a stream of them, from the same as JSON.</summary>
    public static string YamlDocument(string json)
    {
        using var text = new StringWriter { NewLine = "\n" };
        text.Write("---\n");
        WriteYaml(text, Encoding.UTF8.GetBytes(json));
        return text.ToString().TrimEnd('\n');
    }

    private static void WriteYaml(TextWriter output, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var emitter = new Emitter(output);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Emit(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                foreach (var property in value.EnumerateObject())
                {
                    emitter.Emit(new Scalar(property.Name));
                    Emit(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(default, default, isImplicit: true, value.GetArrayLength() == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in value.EnumerateArray())
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                // Quoted, so that no text is taken for a number, a date or a truth value.
                emitter.Emit(new Scalar(default, default, value.GetString()!, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true));
                break;
            default:
                emitter.Emit(new Scalar(value.GetRawText()));
                break;
        }
    }
}
