using System.Diagnostics.CodeAnalysis;

namespace Portage.Lucene.Segments;

/// <summary>The fields of one segment, by name and by number.</summary>
public sealed class FieldInfos
{
    private readonly Dictionary<string, FieldInfo> _byName;
    private readonly Dictionary<int, FieldInfo> _byNumber;

    internal FieldInfos(IReadOnlyList<FieldInfo> fields)
    {
        All = fields;
        _byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        _byNumber = fields.ToDictionary(field => field.Number);
        SoftDeletes = fields.FirstOrDefault(field => field.IsSoftDeletes);
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<FieldInfo> All { get; }

    /// <summary>The field that marks soft-deleted documents, where there is one.</summary>
    public FieldInfo? SoftDeletes { get; }

    /// <summary>The number of a field in stored fields; -1, which no field has, where the segment has no such field.</summary>
    public int NumberOf(string name) => _byName.TryGetValue(name, out var field) ? field.Number : -1;

    /// <summary>Finds a field by name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out FieldInfo field) => _byName.TryGetValue(name, out field);

    /// <summary>Finds a field by number.</summary>
    public bool TryGet(int number, [MaybeNullWhen(false)] out FieldInfo field) => _byNumber.TryGetValue(number, out field);
}
