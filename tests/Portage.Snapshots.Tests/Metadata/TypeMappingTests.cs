using System.Text;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Tests.Formats;

namespace Portage.Snapshots.Tests.Metadata;

public sealed class TypeMappingTests
{
    private const string Child = """{"child":{"_parent":{"type":"mother"}}}""";

    [Fact]
    public void ParseAll_ArrayOfTypes_GivesEach() =>
        Assert.Equal(["child {\"_parent\":{\"type\":\"mother\"}}", "mother {}"], Parse("[" + Child + """,{"mother":{}}]"""));

    [Fact]
    public void ParseAll_CompressedTypes_AreInflated() =>
        Assert.Equal(Parse($"[{Child}]"), Parse($"[\"{Convert.ToBase64String(MetadataBodyTests.Compressed(Encoding.UTF8.GetBytes(Child)))}\"]"));

    [Theory]
    [InlineData("[\"x\"]")]
    [InlineData("[\"REZMAP//\"]")]
    [InlineData("[1]")]
    [InlineData("[{\"a\":1}]")]
    public void ParseAll_Otherwise_IsCorrupt(string json) => Assert.Throws<CorruptBlobException>(() => Parse(json));

    [Fact]
    public void Note_ThreeGenerations_NamesTheTypeWhoseParentsAreUnknown()
    {
        var parents = ParentTypes.Of(TypeMapping.ParseAll(Json("[" + Child + """,{"grandchild":{"_parent":{"type":"child"}}},{"mother":{}}]""")), areStored: false);
        Assert.True(parents.RoutingIsParent("child"));
        Assert.False(parents.RoutingIsParent("grandchild"));
        Assert.Equal("The parents of documents of type 'grandchild' are not read: they are routed by their grandparents.", parents.Note);
    }

    [Fact]
    public void Note_NoParents_IsNull() => Assert.Null(ParentTypes.Of(TypeMapping.ParseAll(Json("[]")), areStored: false).Note);

    private static List<string> Parse(string json) => [.. TypeMapping.ParseAll(Json(json)).Select(mapping => $"{mapping.Type} {mapping.Body.GetRawText()}")];

    private static BlobJson Json(string json) => BlobJson.Parse(Encoding.UTF8.GetBytes(json), "meta-x.dat");
}
