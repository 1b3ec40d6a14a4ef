namespace Portage.Lucene.Segments;

/// <summary>One field of a segment.</summary>
/// <param name="Name">As in the mapping: <c>_source</c>, <c>user.name</c>.</param>
/// <param name="Number">What stands for the name in the segment's other files; another segment numbers its fields otherwise.</param>
/// <param name="IsSoftDeletes">Whether having a value in this field means that a document is deleted.</param>
/// <param name="DocValuesGeneration">Of the newest doc values, outside the compound file; -1: those written with the segment.</param>
/// <param name="HasDocValuesSkipper">Whether the doc values have a skip index (Lucene 10).</param>
/// <param name="Attributes">What formats noted, such as <c>PerFieldDocValuesFormat.format</c>.</param>
public sealed record FieldInfo(
    string Name,
    int Number,
    bool IsSoftDeletes,
    long DocValuesGeneration,
    bool HasDocValuesSkipper,
    IReadOnlyDictionary<string, string> Attributes);
