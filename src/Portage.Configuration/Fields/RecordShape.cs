using System.Collections.Concurrent;
using System.Reflection;

namespace Portage.Configuration.Fields;

/// <summary>What a record of the configuration looks like: its fields, in ordinal order of their names. Made once a type.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Shapes = new();
    private readonly Lazy<Facts> _facts;

    private RecordShape(Type type)
    {
        Type = type;
        Blank = Activator.CreateInstance(type)!;
        Fields = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(property => property.CanWrite)
            .Select(property => new FieldShape(property, Blank))
            .OrderBy(field => field.Name, StringComparer.Ordinal)];
        _facts = new(() => new(type, Fields));
    }

    public static RecordShape Root { get; } = Of(typeof(MigrationConfig));

    public Type Type { get; }

    /// <summary>The record with every field at its default.</summary>
    public object Blank { get; }

    public FieldShape[] Fields { get; }

    /// <summary>The fields of which exactly one must be given; empty where there is no such rule.</summary>
    public FieldShape[] ExactlyOneOf => _facts.Value.ExactlyOneOf;

    /// <summary>Keys that a later version will know.</summary>
    public string[] NotAvailableYet => _facts.Value.NotAvailableYet;

    /// <summary>Values may be secrets written in the wrong place: no message repeats them.</summary>
    public bool IsSensitive => _facts.Value.IsSensitive;

    public static RecordShape Of(Type type) => Shapes.GetOrAdd(type, static added => new(added));

    public FieldShape? Find(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
            {
                return field;
            }
        }

        return null;
    }

    public object New() => Activator.CreateInstance(Type)!;

    private sealed class Facts(Type type, FieldShape[] fields)
    {
        public FieldShape[] ExactlyOneOf { get; } = type.GetCustomAttribute<ExactlyOneAttribute>() is { } rule
            ? [.. fields.Where(field => rule.Keys.Length == 0 || rule.Keys.Contains(field.Name)).OrderBy(field => field.Order)]
            : [];

        public string[] NotAvailableYet { get; } = type.GetCustomAttribute<NotAvailableYetAttribute>()?.Keys ?? [];

        public bool IsSensitive { get; } = type.IsDefined(typeof(SensitiveAttribute));
    }
}
