using System.Collections.Immutable;
using System.Globalization;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Rules;

namespace Portage.Configuration.Reading;

/// <summary>
/// Turns a tree into records, and reports everything in it that does not fit. What is wrong stays at its default, so
/// that the rest can still be looked at; the caller throws the result away when anything was an error.
/// </summary>
/// <param name="checksValues">False for what passed every rule before.</param>
internal sealed class Binder(Findings findings, bool checksValues)
{
    /// <summary>The key by which editors find the schema of a JSON file. It is the one key that is read past.</summary>
    public const string SchemaKey = "$schema";

    private static readonly ConfigObject Empty = new(default, []);
    private static readonly ConfigObject Refused = new(default, [], IsPartial: true);

    public MigrationConfig Bind(ConfigNode tree)
    {
        if (tree is ConfigObject root)
        {
            return (MigrationConfig)BindRecord(RecordShape.Root, root, ConfigPath.Root, sensitive: false);
        }

        if (tree is not ConfigScalar { Kind: ScalarKind.Nothing })
        {
            WrongTypeRule.ReportRoot(tree, findings);
        }

        return new();
    }

    private object BindRecord(RecordShape shape, ConfigObject node, ConfigPath path, bool sensitive)
    {
        var record = shape.New();
        sensitive |= checksValues && shape.IsSensitive;
        var mistyped = default(List<string>);
        foreach (var entry in node.Entries)
        {
            if (shape.Find(entry.Key) is not { } field)
            {
                if (path.IsRoot && entry is { Key: SchemaKey, Value: ConfigScalar { Kind: ScalarKind.Text } })
                {
                    continue;
                }

                if (UnknownKeyRule.Report(shape, entry.Key, path, findings) is { } meant)
                {
                    (mistyped ??= []).Add(meant);
                }
            }
            else if (entry.Value is not ConfigScalar { Kind: ScalarKind.Nothing or ScalarKind.Refused }
                && BindValue(field, entry.Value, path.Then(entry.Key), sensitive) is { } value)
            {
                field.Set(record, value);
            }
        }

        if (checksValues)
        {
            LeftOutRule.Apply(shape, record);
        }

        if (checksValues && !node.IsPartial)
        {
            MissingFieldRule.Check(shape, node, mistyped, path, findings);
            ExactlyOneRule.Check(shape, node, path, findings);
        }

        return record;
    }

    private object? BindValue(FieldShape field, ConfigNode node, ConfigPath path, bool sensitive)
    {
        switch (field.Kind, node)
        {
            case (FieldKind.Text, ConfigScalar { Kind: ScalarKind.Text } text):
                return checksValues ? TextRules.Check(field, text.Text, path, findings) : text.Text;
            case (FieldKind.Whole, ConfigScalar { Kind: ScalarKind.Number } number):
                return BindWhole(field, number, path, sensitive) is not { } whole ? null : field.ValueType == typeof(int) ? (object)(int)whole : whole;
            case (FieldKind.Flag, ConfigScalar { Kind: ScalarKind.Flag } flag):
                return flag.Text[0] is 't' or 'T';
            case (FieldKind.Choice, ConfigScalar { Kind: ScalarKind.Text } word):
                return ChoiceRule.Check(field, word.Text, path, findings) ? field.ChoiceOf(word.Text) : null;
            case (FieldKind.Texts, ConfigList list):
                return BindTexts(field, list, path, sensitive);
            case (FieldKind.Record, ConfigObject record):
                return BindRecord(field.Record!, record, path, sensitive);
            case (FieldKind.Map, ConfigObject map):
                return BindMap(field, map, path, sensitive);
            case (FieldKind.List, ConfigList list):
                return BindList(field, list, path, sensitive);
            default:
                WrongTypeRule.Report(field, node, path, sensitive || field.Record?.IsSensitive == true, findings);
                return null;
        }
    }

    private long? BindWhole(FieldShape field, ConfigScalar number, ConfigPath path, bool sensitive)
    {
        // 010 is ten to some readers of YAML and eight to others, so it is neither here.
        var digits = number.Text.AsSpan(number.Text[0] == '-' ? 1 : 0);
        if (digits.IndexOfAnyExceptInRange('0', '9') >= 0 || digits.Length == 0 || (digits[0] == '0' && digits.Length > 1))
        {
            WrongTypeRule.Report(field, number, path, sensitive, findings);
            return null;
        }

        var fits = long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        var mayNotFit = checksValues || !fits || value is < int.MinValue or > int.MaxValue;
        if (mayNotFit && !RangeRule.Check(field, fits ? value : null, number.Text, path, findings))
        {
            return null;
        }

        return value;
    }

    private ImmutableArray<string> BindTexts(FieldShape field, ConfigList list, ConfigPath path, bool sensitive)
    {
        var texts = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var itemPath = path.Then(i);
            if (list.Items[i] is ConfigScalar { Kind: ScalarKind.Refused })
            {
                continue;
            }

            if (list.Items[i] is not ConfigScalar { Kind: ScalarKind.Text } item)
            {
                WrongTypeRule.ReportItem(list.Items[i], itemPath, sensitive, findings);
            }
            else if ((checksValues ? TextRules.Check(field, item.Text, itemPath, findings) : item.Text) is { } text && !texts.Add(text))
            {
                ItemTwiceRule.Report(text, itemPath, findings);
            }
        }

        if (checksValues && list.Items.Count == 0)
        {
            EmptyListRule.Check(field, path, findings);
        }

        return texts.ToImmutableArray();
    }

    /// <summary>An item that is no object stays as one with nothing in it, so that those after it keep their places.</summary>
    private object BindList(FieldShape field, ConfigList list, ConfigPath path, bool sensitive)
    {
        var records = new List<object>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var itemPath = path.Then(i);
            switch (list.Items[i])
            {
                case ConfigObject item:
                    records.Add(BindRecord(field.Record!, item, itemPath, sensitive));
                    break;
                case ConfigScalar { Kind: ScalarKind.Refused }:
                    records.Add(field.Record!.New());
                    break;
                default:
                    WrongTypeRule.ReportEntry(field, list.Items[i], itemPath, sensitive, findings);
                    records.Add(field.Record!.New());
                    break;
            }
        }

        return field.List!.Build(records);
    }

    private object BindMap(FieldShape field, ConfigObject map, ConfigPath path, bool sensitive)
    {
        var records = new List<KeyValuePair<string, object>>(map.Entries.Count);
        foreach (var entry in map.Entries)
        {
            var entryPath = path.Then(entry.Key);
            if (entry.Value is not (ConfigObject or ConfigScalar { Kind: ScalarKind.Nothing or ScalarKind.Refused }))
            {
                WrongTypeRule.ReportEntry(field, entry.Value, entryPath, sensitive, findings);
                records.Add(new(entry.Key, field.Record!.New()));
                continue;
            }

            // A name with nothing after it is an entry with everything at its default.
            var node = entry.Value as ConfigObject ?? (entry.Value is ConfigScalar { Kind: ScalarKind.Refused } ? Refused : Empty);
            records.Add(new(entry.Key, BindRecord(field.Record!, node, entryPath, sensitive)));
        }

        if (checksValues)
        {
            NameRule.Check(field, map, path, findings);
            CollidingNamesRule.Check(map, path, findings);
        }

        return field.Map!.Build(records);
    }
}
