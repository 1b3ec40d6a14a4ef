using System.Text;

namespace Portage.Transforms.Tests;

public sealed class FieldOperationTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"b":1}""")]
    [InlineData("""{ "x" : 1.10 , "a" : 12345678901234567890123456789012345678901234567890 }""", """{"x":1.10,"b":12345678901234567890123456789012345678901234567890}""")]
    [InlineData("""{"a":1,"a":2,"c":{"a":3}}""", """{"b":1,"b":2,"c":{"a":3}}""")]
    [InlineData("""{"\u0061":"\u00e4"}""", """{"b":"\u00e4"}""")]
    [InlineData("""{"a":{ "deep" : [ 1 , {} ] }}""", """{"b":{ "deep" : [ 1 , {} ] }}""")]
    public void Rename_OfATopField_ChangesTheNameAlone(string source, string expected) => Changes(new TransformOperation.Rename("a", "b"), source, expected);

    [Theory]
    [InlineData("""{"user":{"name":"x"}}""", """{"user":{"login":"x"}}""")]
    [InlineData("""{"user.name":"x"}""", """{"user.login":"x"}""")]
    [InlineData("""{"user":[{"name":"x"},{"id":1},{"name":"y"}],"user":null}""", """{"user":[{"login":"x"},{"id":1},{"login":"y"}],"user":null}""")]
    public void Rename_OfAnInnerField_MeansAllThatQueriesMean(string source, string expected) => Changes(new TransformOperation.Rename("user.name", "login"), source, expected);

    [Theory]
    [InlineData("""{"username":"x","user":{"names":1},"user.named":2,"name":3}""")]
    [InlineData("""{ "b" : 1.10, /* a */ "n" : 1e400 }""")]
    [InlineData("{}")]
    [InlineData("""{"user":"name"}""")]
    public void Rename_OfWhatIsNotThere_KeepsTheVeryBytes(string source)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        var kept = Assert.IsType<TransformedDocument.Kept>(new DocumentTransform([new TransformOperation.Rename("user.name", "login")]).Apply(default, bytes));

        Assert.True(kept.Source.Equals(bytes.AsMemory()));
    }

    [Fact]
    public void Rename_OntoWhatIsThere_FailsForThatDocument() =>
        Fails(new TransformOperation.Rename("a", "b"), """{"a":1,"b":2}""", "'a' cannot become 'b': that is there already.");

    [Theory]
    [InlineData("""{"x":1,"debug":{"a":1},"y":[2]}""", """{"x":1,"y":[2]}""")]
    [InlineData("""{"debug":1}""", "{}")]
    [InlineData("""{"debug":1,"a":{"debug":2},"debug":3}""", """{"a":{"debug":2}}""")]
    public void Remove_OfAField_LeavesTheOthers(string source, string expected) => Changes(new TransformOperation.Remove("debug"), source, expected);

    [Theory]
    [InlineData("""{"ip":"::1"}""", """{"client":{"ip":"::1"}}""")]
    [InlineData("""{"ip":1.10,"client":{"port":1}}""", """{"client":{"port":1,"ip":1.10}}""")]
    [InlineData("""{"ip":1,"ip":2}""", """{"client":{"ip":1,"ip":2}}""")]
    public void Move_OfATopField_MakesWhatIsMissing(string source, string expected) => Changes(new TransformOperation.Move("ip", "client.ip"), source, expected);

    [Theory]
    [InlineData("""{"v":{"value":1}}""", """{"v":1}""")]
    [InlineData("""{"v.value":1}""", """{"v":1}""")]
    public void Move_OutOfAnObjectThatHadNothingElse_TakesItsPlace(string source, string expected) => Changes(new TransformOperation.Move("v.value", "v"), source, expected);

    [Fact]
    public void Move_WithinEachObjectOfAList_StaysThere() =>
        Changes(new TransformOperation.Move("items.name", "items.label.text"), """{"items":[{"name":"a"},{"name":"b","label":{"id":7}}]}""", """{"items":[{"label":{"text":"a"}},{"label":{"id":7,"text":"b"}}]}""");

    [Theory]
    [InlineData("""{"items":[{"name":"a"}]}""", "name", "'items.name' is in a list, and 'name' is not: a script can say what becomes of its values.")]
    [InlineData("""{"items":{"name":"a","id":1}}""", "items.id", "'items.name' cannot go to 'items.id': that is there already.")]
    [InlineData("""{"items":{"name":"a"},"c":1}""", "c.d", "'items.name' cannot go to 'c.d': 1 is no object.")]
    public void Move_WithoutAWay_FailsForThatDocument(string source, string to, string reason) => Fails(new TransformOperation.Move("items.name", to), source, reason);

    [Theory]
    [InlineData("{}", """{"a":{"b":1.10}}""")]
    [InlineData("""{"a":null,"x":1}""", """{"a":{"b":1.10},"x":1}""")]
    [InlineData("""{"a":{"b":[1],"c":2}}""", """{"a":{"b":1.10,"c":2}}""")]
    [InlineData("""{"a":[{"b":1},{}]}""", """{"a":[{"b":1.10},{"b":1.10}]}""")]
    [InlineData("""{"a.b":3}""", """{"a.b":1.10}""")]
    public void Set_OfAnInnerField_ReplacesOrMakesIt(string source, string expected) => Changes(new TransformOperation.Set("a.b", "1.10"), source, expected);

    [Fact]
    public void Set_ToWhatItIs_KeepsTheVeryBytes() =>
        Assert.IsType<TransformedDocument.Kept>(new DocumentTransform([new TransformOperation.Set("a.b", "1.10")]).Apply(default, """{ "a" : { "b" : 1.10 } }"""u8.ToArray()));

    [Fact]
    public void Set_BelowAText_FailsForThatDocument() => Fails(new TransformOperation.Set("a.b", "1"), """{"a":"text"}""", "'a.b' cannot be set: \"text\" is no object.");

    [Theory]
    [InlineData(ValueType.String, """[1.10,true,"x",null,12345678901234567890123]""", """["1.10","true","x",null,"12345678901234567890123"]""")]
    [InlineData(ValueType.Long, """["42","-7",12.0,1.2e3,9223372036854775807,null]""", """[42,-7,12,1200,9223372036854775807,null]""")]
    [InlineData(ValueType.Double, """["1.10","-0.000000000000000000000000000001",3]""", """[1.10,-0.000000000000000000000000000001,3]""")]
    [InlineData(ValueType.Boolean, """["true","off",1,0,"","YES",false]""", "[true,false,true,false,false,true,false]")]
    [InlineData(ValueType.Date, """[0,"1764374100123","2026-11-28"]""", """["1970-01-01T00:00:00.000Z","2025-11-28T23:55:00.123Z","2026-11-28"]""")]
    [InlineData(ValueType.DateOfSeconds, "[1764374100,1.7643741e9]", """["2025-11-28T23:55:00.000Z","2025-11-28T23:55:00.000Z"]""")]
    public void Convert_OfValues_RoundsNone(ValueType to, string values, string expected) => Changes(new TransformOperation.Convert("v", to), $$"""{"v":{{values}}}""", $$"""{"v":{{expected}}}""");

    [Theory]
    [InlineData(ValueType.Long, "1.5", "whole number of 64 bits")]
    [InlineData(ValueType.Long, "9223372036854775808", "whole number of 64 bits")]
    [InlineData(ValueType.Long, "1e999999999", "whole number of 64 bits")]
    [InlineData(ValueType.Long, "\"abc\"", "whole number of 64 bits")]
    [InlineData(ValueType.Double, "\"1,5\"", "number")]
    [InlineData(ValueType.Double, "\"0x10\"", "number")]
    [InlineData(ValueType.Boolean, "\"maybe\"", "true or false")]
    [InlineData(ValueType.Date, "\"yesterday\"", "date")]
    [InlineData(ValueType.Date, "1e30", "date")]
    [InlineData(ValueType.String, "{}", "text")]
    public void Convert_OfWhatIsNone_FailsForThatDocument(ValueType to, string value, string wanted) => Fails(new TransformOperation.Convert("v", to), $$"""{"v":{{value}}}""", $"'v': {value} is no {wanted}.");

    [Theory]
    [InlineData("[1]", "The source is no object: [1].")]
    [InlineData("""{"a":1}{"a":2}""", "The source cannot be read as JSON: '{' is invalid after a single JSON value. Expected end of data.")]
    public void Apply_ToWhatIsNoObject_FailsForThatDocument(string source, string reason) => Fails(new TransformOperation.Set("a", "1"), source, reason);

    [Fact]
    public void Apply_SeveralOperations_DoesEachToWhatTheOneBeforeLeft()
    {
        var transform = new DocumentTransform(
        [
            new TransformOperation.Rename("a", "b"),
            new TransformOperation.Move("b", "c.b"),
            new TransformOperation.Convert("c.b", ValueType.String),
            new TransformOperation.Set("d", "[]"),
        ]);

        Assert.Equal("""{"c":{"b":"1.10"},"d":[]}""", Text(transform.Apply(default, """{"a":1.10}"""u8.ToArray())));
    }

    [Fact]
    public void Apply_WithAByteOrderMarkAndComments_ReadsWhatServersTake() =>
        Changes(new TransformOperation.Rename("a", "b"), "\uFEFF/* x */ {\"a\": /* y */ 1 // z\n}", """{"b":1}""");

    private static void Changes(TransformOperation operation, string source, string expected) =>
        Assert.Equal(expected, Text(new DocumentTransform([operation]).Apply(default, Encoding.UTF8.GetBytes(source))));

    private static void Fails(TransformOperation operation, string source, string reason) =>
        Assert.Equal(new TransformedDocument.Failed(0, reason), new DocumentTransform([operation]).Apply(default, Encoding.UTF8.GetBytes(source)));

    private static string Text(TransformedDocument document) => Encoding.UTF8.GetString(Assert.IsType<TransformedDocument.Changed>(document).Source.Span);
}
