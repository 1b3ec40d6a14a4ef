using Portage.Configuration.Paths;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Fields;

/// <summary>One value of a configuration, with what it decides. What fingerprints are made of.</summary>
/// <param name="Path">Where, as <c>migrations.securitylogs.slices.posts.backfill.workers</c>.</param>
/// <param name="Json">The value as canonical JSON, its default where it is not given; <c>null</c> where leaving it out says something that no value says.</param>
/// <param name="Affects">What a change of it makes worthless.</param>
/// <param name="Change">How it may change.</param>
/// <param name="IsDefault">True when the value is the one that the field has when it is left out: fingerprints leave it out too.</param>
public sealed record FieldValue(string Path, string Json, Affects Affects, Change Change, bool IsDefault)
{
    /// <summary>True when a change of it can be carried out where the objects stand; only of what affects the result.</summary>
    public bool InPlace { get; init; }
}

/// <summary>Takes records apart into their values.</summary>
public static class FieldWalker
{
    /// <summary>
    /// Every value of a record of the configuration and of the records below it, in ordinal order of their paths. A
    /// record that may be left out is a value of its own, <c>null</c> or <c>{}</c>: to give it says something even with all of its
    /// fields at their defaults. So is each entry of a map, and each item of a list of records; where there are none, there is no value.
    /// </summary>
    /// <param name="record">A record of this project, as a <see cref="SliceConfig"/>.</param>
    /// <param name="path">Where it stands; empty for the whole configuration.</param>
    public static IReadOnlyList<FieldValue> Walk(object record, string path) => Walk(record, path, Affects.Nothing, Change.Free);

    /// <summary>As <see cref="Walk(object, string)"/>, for a record whose fields inherit from the field that holds it.</summary>
    /// <param name="affects">What that field affects.</param>
    /// <param name="change">How that field may change.</param>
    public static IReadOnlyList<FieldValue> Walk(object record, string path, Affects affects, Change change)
    {
        var values = new List<FieldValue>();
        Collect(RecordShape.Of(record.GetType()), record, path, new(affects, change, InPlace: false), values);
        values.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return values;
    }

    /// <summary>One value of a record itself, as <see cref="Walk(object, string)"/> tells it; none where it is a record, or is not there.</summary>
    /// <param name="name">The field, as the configuration calls it.</param>
    public static IReadOnlyList<FieldValue> WalkOne(object record, string name)
    {
        if (RecordShape.Of(record.GetType()).Find(name) is not { Kind: not (FieldKind.Map or FieldKind.Record) } field)
        {
            return [];
        }

        if (field.Kind != FieldKind.List)
        {
            return [ValueOf(field, field.Get(record), name, FieldWeight.Top.Of(field))];
        }

        var values = new List<FieldValue>();
        CollectItems(field, field.Get(record)!, name, FieldWeight.Top.Of(field), values);
        return values;
    }

    private static void Collect(RecordShape shape, object record, string path, FieldWeight inherited, List<FieldValue> values)
    {
        foreach (var field in shape.Fields)
        {
            var value = field.Get(record);
            var fieldPath = ConfigPath.Join(path, field.Name);
            var weight = inherited.Of(field);
            if (field.Kind == FieldKind.Map)
            {
                foreach (var (name, entry) in MapShape.Entries(value!))
                {
                    var entryPath = ConfigPath.Join(fieldPath, name);
                    values.Add(weight.On(entryPath, "{}", isDefault: false));
                    Collect(field.Record!, entry, entryPath, weight, values);
                }
            }
            else if (field.Kind == FieldKind.List)
            {
                CollectItems(field, value!, fieldPath, weight, values);
            }
            else if (field.Kind == FieldKind.Record && value is not null)
            {
                if (field.Default is null)
                {
                    values.Add(weight.On(fieldPath, "{}", isDefault: false));
                }

                Collect(field.Record!, value, fieldPath, weight, values);
            }
            else
            {
                values.Add(ValueOf(field, value, fieldPath, weight));
            }
        }
    }

    private static void CollectItems(FieldShape field, object list, string path, FieldWeight weight, List<FieldValue> values)
    {
        var number = 0;
        foreach (var item in ListShape.Items(list))
        {
            var itemPath = $"{path}[{number++}]";
            values.Add(weight.On(itemPath, "{}", isDefault: false));
            Collect(field.Record!, item, itemPath, weight, values);
        }
    }

    private static FieldValue ValueOf(FieldShape field, object? value, string path, FieldWeight weight)
    {
        var isDefault = CanonicalJson.IsDefault(field, value);
        return weight.On(path, isDefault ? field.DefaultJson : CanonicalJson.WriteValue(field, value), isDefault);
    }
}
