using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Fields;

/// <summary>What kind of value a field holds.</summary>
internal enum FieldKind
{
    /// <summary>A text of one line.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>One word of a few.</summary>
    Choice,

    /// <summary>A set of texts. Their order means nothing, so they are kept sorted and without repetition.</summary>
    Texts,

    /// <summary>A record.</summary>
    Record,

    /// <summary>Records by name.</summary>
    Map,

    /// <summary>Records in an order that counts.</summary>
    List,
}

/// <summary>What a property of a record looks like, and how to read and set it.</summary>
internal sealed class FieldShape
{
    private readonly PropertyInfo _property;
    private readonly PropertyAccess _access;
    private readonly Lazy<RecordShape?> _record;
    private readonly Lazy<FieldAttribute> _facts;
    private readonly Lazy<ReferenceAttribute?> _reference;
    private readonly Lazy<GateAttribute?> _gate;
    private readonly Lazy<string> _defaultJson;

    public FieldShape(PropertyInfo property, object blank)
    {
        _property = property;
        Name = Camel(property.Name);
        _access = PropertyAccess.Of(property);
        Default = _access.Get(blank);
        ValueType = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Kind = KindOf(ValueType);
        Choices = Kind == FieldKind.Choice ? [.. Enum.GetNames(ValueType).Select(Camel)] : [];
        if (Kind == FieldKind.Map)
        {
            Map = MapShape.Of(ValueType.GetGenericArguments()[1]);
        }

        if (Kind == FieldKind.List)
        {
            List = ListShape.Of(ValueType.GetGenericArguments()[0]);
        }

        _record = new(() => Kind switch
        {
            FieldKind.Record => RecordShape.Of(ValueType),
            FieldKind.List => RecordShape.Of(List!.Element),
            FieldKind.Map => RecordShape.Of(Map!.Element),
            _ => null,
        });
        _facts = new(() => property.GetCustomAttribute<FieldAttribute>()
            ?? throw new UnreachableException($"{property.DeclaringType!.Name}.{property.Name} has no [Field]."));
        _reference = new(() => property.GetCustomAttribute<ReferenceAttribute>());
        _gate = new(() => property.GetCustomAttribute<GateAttribute>());
        _defaultJson = new(() => CanonicalJson.WriteValue(this, Default));
    }

    /// <summary>The key in the text.</summary>
    public string Name { get; }

    /// <summary>Where the property stands among its record's, as written in the source: the order in which people read them.</summary>
    public int Order => _property.MetadataToken;

    public FieldKind Kind { get; }

    public Type ValueType { get; }

    /// <summary>What the field is when it is left out; null where that is something the value cannot say.</summary>
    public object? Default { get; }

    /// <summary><see cref="Default"/> as canonical JSON.</summary>
    public string DefaultJson => _defaultJson.Value;

    /// <summary>The words of a choice, in the order of the enumeration.</summary>
    public string[] Choices { get; }

    /// <summary>The record that the field, or each entry of its map, or each item of its list, holds.</summary>
    public RecordShape? Record => _record.Value;

    public MapShape? Map { get; }

    public ListShape? List { get; }

    public FieldAttribute Facts => _facts.Value;

    public ReferenceAttribute? Reference => _reference.Value;

    public GateAttribute? Gate => _gate.Value;

    public object? Get(object record) => _access.Get(record);

    public void Set(object record, object? value) => _access.Set(record, value);

    /// <summary>The word of a value of a choice.</summary>
    public string WordOf(object choice) => Choices[Array.IndexOf(Enum.GetValuesAsUnderlyingType(ValueType), Convert.ChangeType(choice, Enum.GetUnderlyingType(ValueType), provider: null))];

    /// <summary>The value of a word of <see cref="Choices"/>.</summary>
    public object ChoiceOf(string word) => Enum.ToObject(ValueType, Enum.GetValuesAsUnderlyingType(ValueType).GetValue(Array.IndexOf(Choices, word))!);

    /// <inheritdoc/>
    public override string ToString() => $"{_property.DeclaringType!.Name}.{_property.Name}";

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static FieldKind KindOf(Type type) =>
        type == typeof(string) ? FieldKind.Text
        : type == typeof(int) || type == typeof(long) ? FieldKind.Whole
        : type == typeof(bool) ? FieldKind.Flag
        : type.IsEnum ? FieldKind.Choice
        : type == typeof(ImmutableArray<string>) ? FieldKind.Texts
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? FieldKind.List
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableSortedDictionary<,>) ? FieldKind.Map
        : type.Namespace == typeof(MigrationConfig).Namespace ? FieldKind.Record
        : throw new UnreachableException($"The configuration knows no fields of type {type}.");
}
