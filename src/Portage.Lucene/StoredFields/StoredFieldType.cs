namespace Portage.Lucene.StoredFields;

/// <summary>What kind of value a document keeps in a stored field. The numbers are those of the files from Lucene 4.1 on.</summary>
public enum StoredFieldType
{
    /// <summary>UTF-8.</summary>
    String = 0,

    /// <summary>Any bytes: <c>_source</c>, and <c>_id</c> from Elasticsearch 6 on.</summary>
    Bytes = 1,

    /// <summary>A 32-bit integer.</summary>
    Int32 = 2,

    /// <summary>A 32-bit floating-point number.</summary>
    Single = 3,

    /// <summary>A 64-bit integer.</summary>
    Int64 = 4,

    /// <summary>A 64-bit floating-point number.</summary>
    Double = 5,
}
