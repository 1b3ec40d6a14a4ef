namespace Portage.Lucene.StoredFields;

/// <summary>How the fields of a document are written; see <see cref="StoredFieldCursor"/>.</summary>
internal enum DocumentEncoding
{
    /// <summary>vint number, byte bits.</summary>
    Lucene40,

    /// <summary>vlong number and type, numbers of fixed size, big-endian.</summary>
    Lucene41,

    /// <summary>vlong number and type, numbers of variable size, their fixed parts big-endian.</summary>
    Lucene50,

    /// <summary>The same, little-endian.</summary>
    Lucene90,
}
