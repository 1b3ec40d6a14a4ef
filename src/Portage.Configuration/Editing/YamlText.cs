using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portage.Configuration.Editing;

/// <summary>Writes trees as YAML that reads back as the same tree: fields in the order of the pipeline, lists of texts on one line.</summary>
internal static class YamlText
{
    // Lines are never folded: a folded text is hard to search for.
    private static readonly EmitterSettings Settings = new(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024);

    /// <summary>The node as YAML, with a line break at the end.</summary>
    public static string Write(ConfigNode node, ConfigPlace place)
    {
        if (node is ConfigScalar scalar)
        {
            // Alone, a value is shown as it is: what is shown can be given to another command.
            return scalar.Text + "\n";
        }

        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node, place switch
        {
            ConfigPlace.Whole => RecordShape.Root,
            ConfigPlace.Entry entry => entry.Map.Record,
            ConfigPlace.Field { Shape.Kind: FieldKind.Record } field => field.Shape.Record,
            ConfigPlace.Item { List.Kind: FieldKind.List } item => item.List.Record,
            _ => null,
        }, (place as ConfigPlace.Field)?.Shape is { Kind: FieldKind.Map or FieldKind.List } holder ? holder : null);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <param name="record">What the node is, where it is a record.</param>
    /// <param name="holder">The map or list that the node is, where its parts are records.</param>
    private static void Emit(Emitter emitter, ConfigNode node, RecordShape? record, FieldShape? holder)
    {
        switch (node)
        {
            case ConfigObject fields:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, fields.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var entry in record is null ? (IEnumerable<ConfigEntry>)fields.Entries : fields.Entries.OrderBy(entry => record.Find(entry.Key)?.Order ?? int.MaxValue))
                {
                    var field = record?.Find(entry.Key);
                    EmitText(emitter, entry.Key);
                    Emit(emitter, entry.Value, field?.Kind == FieldKind.Record ? field.Record : holder?.Record, field?.Kind is FieldKind.Map or FieldKind.List ? field : null);
                }

                emitter.Emit(new MappingEnd());
                break;
            case ConfigList list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Items is [ConfigObject, ..] ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in list.Items)
                {
                    Emit(emitter, item, holder?.Record, null);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case ConfigScalar { Kind: ScalarKind.Text } text:
                EmitText(emitter, text.Text);
                break;
            case ConfigScalar scalar:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void EmitText(Emitter emitter, string text)
    {
        // A text that would read as a number, a truth or nothing needs quotes; the emitter knows when syntax needs them.
        // A script is read line by line.
        var style = YamlTree.KindOf(text) != ScalarKind.Text ? ScalarStyle.DoubleQuoted : text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.Any;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }
}
