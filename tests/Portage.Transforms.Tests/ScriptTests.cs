using System.Text;

namespace Portage.Transforms.Tests;

public sealed class ScriptTests
{
    private static readonly DocumentFacts Facts = new("logs", "7", "north");

    // As scripts for opensearch-migrations end.
    private const string Entry = "\n(() => main)();";

    public static TheoryData<string> Dialects() =>
    [
        "function main(context) { return (items) => items.map(item => { item.document.b = item.document.a; delete item.document.a; return item; }); }" + Entry,
        "function main(context) { return (items) => items.map(item => { const d = item.get('document'); d.set('b', d.get('a')); d.delete('a'); return item; }); }" + Entry,
        "const main = (context) => (item) => { const it = Array.isArray(item) ? item[0] : item; const { a, ...rest } = it.document; it.document = { ...rest, b: a }; return it; };" + Entry,
        "function main() { return (items) => items.map(item => new Map([['document', new Map([...item.get('document')].map(([k, v]) => [k === 'a' ? 'b' : k, v]))]])); }",
    ];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Apply_AnyDialect_MovesTheField(string code)
    {
        var changed = Assert.IsType<TransformedDocument.Changed>(Apply(code, """{"a":1.10,"x":12345678901234567890123456789012345678901234567890}"""));

        using var read = System.Text.Json.JsonDocument.Parse(changed.Source);
        Assert.Equal(("1.10", "12345678901234567890123456789012345678901234567890"), (read.RootElement.GetProperty("b").GetRawText(), read.RootElement.GetProperty("x").GetRawText()));
        Assert.False(read.RootElement.TryGetProperty("a", out _));
    }

    [Theory]
    [InlineData("""{ "a" : 1.10, "a" : [ 1e400 , -0.0, "\u00e4" ], "10":{}, "9":{"n":12345678901234567890} }""")]
    [InlineData("{}")]
    public void Apply_AScriptThatOnlyLooks_KeepsTheVeryBytes(string source)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        var kept = Assert.IsType<TransformedDocument.Kept>(Transform("function main() { return items => { JSON.stringify(items[0].document); for (const k in items[0].document) { items[0].document[k] = items[0].document[k]; } return items; }; }").Apply(Facts, bytes));

        Assert.True(kept.Source.Equals(bytes.AsMemory()));
    }

    [Fact]
    public void Apply_OneChange_KeepsAllElseAsItIsWritten() => Changes(
        "function main() { return items => { items[0].document.o.list[1] = 'new'; items[0].document.z = null; return items; }; }",
        """{"2":1.10,"1":1.0,"o":{ "list":[ 1.50 , 2 , {"k": 1, "k": 2} ], "d":1,"d":2},"s":"\u00e4"}""",
        """{"2":1.10,"1":1.0,"o":{"list":[1.50,"new",{"k": 1, "k": 2}],"d":1,"d":2},"s":"\u00e4","z":null}""");

    [Fact]
    public void Apply_ANumberOfManyDigitsThatIsMoved_KeepsThem() => Changes(
        "function main() { return items => { const d = items[0].document; d.to = { id: d.id }; delete d.id; return items; }; }",
        """{"id":1234567890123456789,"n":1}""",
        """{"n":1,"to":{"id":1234567890123456789}}""");

    [Fact]
    public void Apply_TwoNumbersThatAreOneDoubleAndOneIsMoved_FailsForThatDocument() => Fails(
        "function main() { return items => { const d = items[0].document; d.c = d.a; delete d.a; return items; }; }",
        """{"a":1234567890123456789,"b":1234567890123456790}""",
        "The script moves a number with more digits than it has for it, one of 1234567890123456789 and 1234567890123456790, and nobody can tell which.");

    [Fact]
    public void Apply_WholeNumbersOfAScript_AreWrittenWithAllDigits() => Changes(
        "function main() { return items => { items[0].document = { a: 12345678901234567890n, b: 0.1, c: new Date(0), d: undefined, e: [undefined], f: -0, g: 1e21 }; return items; }; }",
        "{}",
        """{"a":12345678901234567890,"b":0.1,"c":"1970-01-01T00:00:00.000Z","e":[null],"f":0,"g":1e+21}""");

    [Fact]
    public void Apply_WithAContext_HandsItOver() =>
        Assert.Equal("""{"by":"x"}""", Text(new DocumentTransform([new TransformOperation.Script("function main(c) { return items => { items[0].document.by = c.get('who') + (c.who === 'x' ? '' : '!'); return items; }; }") { Context = """{"who":"x"}""" }]).Apply(Facts, "{}"u8.ToArray())));

    [Fact]
    public void Apply_OperationAndSchema_TellWhereItGoes() => Changes(
        "function main() { return items => { const { schema, operation } = items[0]; items[0].document = { at: [schema, operation._index, operation._id, operation.routing].join(' ') }; return items; }; }",
        "{}",
        """{"at":"rfs-opensearch-bulk-v1 logs 7 north"}""");

    [Fact]
    public void Apply_AnEmptyList_LeavesTheDocumentOut() => Assert.IsType<TransformedDocument.LeftOut>(Apply("function main() { return items => items.filter(item => item.document.a !== 1); }", """{"a":1}"""));

    [Theory]
    [InlineData("return items => { throw new Error('no a'); };", "The script throws: no a (line 1).")]
    [InlineData("return items => { null.x; };", "The script throws: Cannot read properties of null (reading 'x') (line 1).")]
    [InlineData("return items => undefined;", "The script's answer is no document: expected the list that it got, with an object under 'document'.")]
    [InlineData("return items => 'text';", "The script's answer is no document: expected the list that it got, with an object under 'document'.")]
    [InlineData("return items => [{ document: [1] }];", "The script's answer is no document: expected the list that it got, with an object under 'document'.")]
    [InlineData("return items => [items[0], items[0]];", "The script makes 2 documents of one; each document becomes one, or none.")]
    [InlineData("return items => { items[0].operation._id = 'x'; return items; };", "The script changes _id, which stays as it is.")]
    [InlineData("return items => { delete items[0].operation.routing; return items; };", "The script changes routing, which stays as it is.")]
    [InlineData("return items => { items[0].document.n = 0 / 0; return items; };", "The script puts NaN into the document, which JSON has no number for.")]
    [InlineData("return items => { items[0].document.self = items[0].document; return items; };", "The script's answer is more than 1000 levels deep, or is in itself.")]
    [InlineData("return items => { items[0].document.now = Date.now(); return items; };", "The script asks what time it is; a document must come out the same whenever it is read.")]
    [InlineData("return items => { items[0].document.now = new Date(); return items; };", "The script asks what time it is; a document must come out the same whenever it is read.")]
    [InlineData("return items => { items[0].document.r = Math.random(); return items; };", "The script asks for chance; a document must come out the same whenever it is read.")]
    [InlineData("return items => { for (;;) { } };", "The script runs more than 5000 statements for one document.")]
    [InlineData("return items => { const f = () => f(); f(); };", "The script calls functions within functions deeper than it may.")]
    [InlineData("return items => { try { for (;;) { } } catch (e) { return items; } };", "The script runs more than 5000 statements for one document.")]
    [InlineData("return items => { 'x'.padEnd(2 ** 28); };", "The script takes more than 4194304 bytes of memory for one document.")]
    [InlineData("return items => { new Array(5000000).fill(1); };", "The script fails: The array size 5000000 is larger than maximum allowed (1000000).")]
    [InlineData("return items => { eval('1'); return items; };", "The script throws: String compilation has been disabled in engine options (line 1).")]
    [InlineData("return items => { let s = 'x'; for (let i = 0; i < 2000; i++) { s = s + s.slice(0, 100000) + i; s = s.split('').reverse().join(''); } };", "The script takes more than 4194304 bytes of memory for one document.")]
    public void Apply_WhatNoDocumentComesOf_FailsForThatDocument(string body, string reason) => Fails($"function main() {{ {body} }}", """{"a":1}""", reason);

    [Theory]
    [InlineData("function main( {", "The script cannot be read: Unexpected end of input")]
    [InlineData("const f = 1;", "The script has no function 'main', and its last value is none")]
    [InlineData("function main() { return 7; }", "The script's 'main' gives no function")]
    [InlineData("throw new Error('at once');", "The script throws: at once (line 1)")]
    [InlineData("for (;;) { }", "The script runs more than 5000 statements for one document")]
    public void New_AScriptThatCannotBeUsed_Says(string code, string reason)
    {
        var failure = Assert.Throws<ScriptUnusableException>(() => new DocumentTransform([new TransformOperation.Remove("a"), Script(code)]));

        Assert.Equal(1, failure.Operation);
        Assert.StartsWith(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_AScriptThatCounts_BeginsAnewForEachDocument()
    {
        var transform = Transform("let n = 0; function main() { return items => { items[0].document.n = ++n; globalThis.m = (globalThis.m ?? 0) + 1; items[0].document.m = globalThis.m; return items; }; }");

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal("""{"n":1,"m":1}""", Text(transform.Apply(Facts, "{}"u8.ToArray()))));
    }

    [Fact]
    public void Apply_AScriptThatKeepsNothingAndFails_GoesOnWithTheNextDocument()
    {
        var transform = new DocumentTransform([Script("function main() { return items => { if (items[0].document.a === 1) { throw 'one'; } items[0].document.b = 2; return items; }; }") with { KeepsNothing = true }]);

        Assert.IsType<TransformedDocument.Failed>(transform.Apply(Facts, """{"a":1}"""u8.ToArray()));
        Assert.Equal("""{"a":2,"b":2}""", Text(transform.Apply(Facts, """{"a":2}"""u8.ToArray())));
    }

    [Fact]
    public void Apply_BetweenOperations_SeesWhatTheOneBeforeLeft()
    {
        var transform = new DocumentTransform(
        [
            new TransformOperation.Rename("a", "b"),
            Script("function main() { return items => { items[0].document.c = items[0].document.b * 2; return items; }; }"),
            new TransformOperation.Rename("c", "d"),
        ]);

        Assert.Equal("""{"b":1.50,"d":3}""", Text(transform.Apply(Facts, """{"a":1.50}"""u8.ToArray())));
    }

    private static TransformOperation.Script Script(string code) =>
        new(code) { Limits = new() { StatementCountMax = 5_000, BytesMax = 4 * 1024 * 1024, DepthMax = 50, Time = TimeSpan.FromMinutes(1) } };

    private static DocumentTransform Transform(string code) => new([Script(code)]);

    private static TransformedDocument Apply(string code, string source) => Transform(code).Apply(Facts, Encoding.UTF8.GetBytes(source));

    private static void Changes(string code, string source, string expected) => Assert.Equal(expected, Text(Apply(code, source)));

    private static void Fails(string code, string source, string reason) => Assert.Equal(new TransformedDocument.Failed(0, reason), Apply(code, source));

    private static string Text(TransformedDocument document) => Encoding.UTF8.GetString(Assert.IsType<TransformedDocument.Changed>(document).Source.Span);
}
