using Portage.Lucene.StoredFields;

namespace Portage.Lucene.Tests.StoredFields;

public sealed class StoredFieldCursorTests
{
    // Field 2 of type int32: 2 * 8 + 2.
    private const string Int32Tag = "12";
    private const string SingleTag = "13";
    private const string Int64Tag = "14";
    private const string DoubleTag = "15";

    [Theory]
    [InlineData("00", 0)]
    [InlineData("01", -1)]
    [InlineData("02", 1)]
    [InlineData("FEFFFFFF0F", int.MaxValue)]
    [InlineData("FFFFFFFF0F", int.MinValue)]
    public void Integer_ZInt_IsZigZag(string bytes, int expected)
    {
        var cursor = Cursor(Int32Tag + bytes, 1, DocumentEncoding.Lucene50);

        Assert.True(cursor.MoveNext());
        Assert.Equal((2, StoredFieldType.Int32, (long)expected), (cursor.FieldNumber, cursor.Type, cursor.Integer));
        Assert.False(cursor.MoveNext());
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("03", -2)]
    [InlineData("3E01", 31)]
    [InlineData("42", 1_000)]
    [InlineData("83", -7_200_000)]
    [InlineData("E203", 86_400_000L * 49)]
    [InlineData("3FFFFFFFFFFFFFFFFF07", long.MinValue)]
    public void Integer_TLong_IsTimesItsUnit(string bytes, long expected)
    {
        var cursor = Cursor(Int64Tag + bytes, 1, DocumentEncoding.Lucene90);

        Assert.True(cursor.MoveNext());
        Assert.Equal(expected, cursor.Integer);
        Assert.False(cursor.MoveNext());
    }

    [Theory]
    [InlineData("80", -1f, DocumentEncoding.Lucene50)]
    [InlineData("FE", 125f, DocumentEncoding.Lucene90)]
    [InlineData("3FC00000", 1.5f, DocumentEncoding.Lucene50)]
    [InlineData("3F00C000", 1.5f, DocumentEncoding.Lucene90)]
    [InlineData("FFBFC00000", -1.5f, DocumentEncoding.Lucene50)]
    [InlineData("FF0000C0BF", -1.5f, DocumentEncoding.Lucene90)]
    internal void Single_ZFloat_HasThreeForms(string bytes, float expected, DocumentEncoding encoding)
    {
        var cursor = Cursor(SingleTag + bytes, 1, encoding);

        Assert.True(cursor.MoveNext());
        Assert.Equal(expected, cursor.Single);
        Assert.False(cursor.MoveNext());
    }

    [Theory]
    [InlineData("80", -1d, DocumentEncoding.Lucene50)]
    [InlineData("FD", 124d, DocumentEncoding.Lucene90)]
    [InlineData("FE3FC00000", 1.5, DocumentEncoding.Lucene50)]
    [InlineData("FE0000C03F", 1.5, DocumentEncoding.Lucene90)]
    [InlineData("400921FB54442D18", Math.PI, DocumentEncoding.Lucene50)]
    // byte 40, int32 0921FB54, int16 442D, byte 18, the middle ones with their low byte first
    [InlineData("4054FB21092D4418", Math.PI, DocumentEncoding.Lucene90)]
    [InlineData("FFC00921FB54442D18", -Math.PI, DocumentEncoding.Lucene50)]
    [InlineData("FF182D4454FB2109C0", -Math.PI, DocumentEncoding.Lucene90)]
    internal void Double_ZDouble_HasFourForms(string bytes, double expected, DocumentEncoding encoding)
    {
        var cursor = Cursor(DoubleTag + bytes, 1, encoding);

        Assert.True(cursor.MoveNext());
        Assert.Equal(expected, cursor.Double);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void MoveNext_Lucene41_ReadsNumbersOfFixedSize()
    {
        var cursor = Cursor(Int32Tag + "FFFFFFFE" + SingleTag + "3FC00000" + Int64Tag + "0000000100000000" + DoubleTag + "3FF8000000000000", 4, DocumentEncoding.Lucene41);

        Assert.True(cursor.MoveNext());
        Assert.Equal(-2, cursor.Integer);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1.5f, cursor.Single);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1L << 32, cursor.Integer);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1.5, cursor.Double);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void MoveNext_Lucene40_TakesTheTypeFromItsBits()
    {
        var cursor = Cursor("0500026869" + "8102020199" + "0708FFFFFFFE" + "07100000000100000000" + "07183FC00000" + "07203FF8000000000000", 6, DocumentEncoding.Lucene40);

        Assert.True(cursor.MoveNext());
        Assert.Equal((5, StoredFieldType.String), (cursor.FieldNumber, cursor.Type));
        Assert.Equal("hi"u8, cursor.Bytes);
        Assert.True(cursor.MoveNext());
        Assert.Equal((257, StoredFieldType.Bytes), (cursor.FieldNumber, cursor.Type));
        Assert.Equal([0x99], cursor.Memory.ToArray());
        Assert.True(cursor.MoveNext());
        Assert.Equal(-2, cursor.Integer);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1L << 32, cursor.Integer);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1.5f, cursor.Single);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1.5, cursor.Double);
        Assert.False(cursor.MoveNext());
    }

    [Theory]
    [InlineData("16", 1)]
    [InlineData("100561", 1)]
    [InlineData("10FFFFFFFFFFFFFFFFFF01", 1)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF", 1)]
    [InlineData("1400", 2)]
    [InlineData("140000", 1)]
    public void MoveNext_Malformed_Throws(string bytes, int fields)
    {
        var cursor = Cursor(bytes, fields, DocumentEncoding.Lucene90);
        CorruptIndexException? error = null;
        try
        {
            while (cursor.MoveNext())
            {
            }
        }
        catch (CorruptIndexException e)
        {
            error = e;
        }

        Assert.Equal(("_0.fdt", 77), (error?.File, error?.Position));
    }

    private static StoredFieldCursor Cursor(string hex, int fields, DocumentEncoding encoding)
    {
        var bytes = Convert.FromHexString(hex);
        var chunk = new StoredChunk("_0.fdt");
        chunk.Set(77, 0, 1, 0, bytes, [0, bytes.Length], [fields], encoding);
        return chunk.Fields(0);
    }
}
