using System.Text;
using Portage.Clusters.Bulk;

namespace Portage.Clusters.Tests.Bulk;

public sealed class BulkReplyTests
{
    // As OpenSearch 2.19 writes it, without filter_path.
    private const string Whole = """
        {"took":30,"errors":true,"items":[
         {"index":{"_index":"logs","_id":"1","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":201}},
         {"index":{"_index":"logs","_id":"2","_version":2,"result":"updated","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":1,"_primary_term":1,"status":200}},
         {"index":{"_index":"logs","_id":"3","status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse field [n]","caused_by":{"type":"illegal_argument_exception","reason":"For input string: \"x\""}}}},
         {"delete":{"_index":"logs","_id":"4","_version":1,"result":"not_found","_shards":{"total":1,"successful":1,"failed":0},"status":404}},
         {"create":{"_index":"logs","_id":"5","status":409,"error":{"type":"version_conflict_engine_exception","reason":"[5]: version conflict","index":"logs","shard":"0","index_uuid":"u"}}},
         {"index":{"status":400,"error":"only a text"}}
        ]}
        """;

    [Fact]
    public void TryRead_WholeAnswer_ReadsEachItem()
    {
        var reply = new BulkReply();
        Assert.True(reply.TryRead(Encoding.UTF8.GetBytes(Whole), out var isBulkAnswer));
        Assert.True(isBulkAnswer);
        Assert.Equal(
            [
                (201, true, null, null),
                (200, false, null, null),
                (400, false, "mapper_parsing_exception", "failed to parse field [n]: For input string: \"x\""),
                (404, false, null, null),
                (409, false, "version_conflict_engine_exception", "[5]: version conflict"),
                (400, false, null, "only a text"),
            ],
            reply.Items.Select(item => (item.Status, item.IsCreated, item.ErrorType, item.Reason)));
    }

    [Fact]
    public void TryRead_CutAnywhere_IsNotReadable()
    {
        var reply = new BulkReply();
        var whole = Encoding.UTF8.GetBytes(Whole.TrimEnd());
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.False(reply.TryRead(whole.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("[]", true)]
    [InlineData("""{"items":{}}""", true)]
    [InlineData("""{"items":[1]}""", true)]
    [InlineData("""{"items":[{"index":7}]}""", true)]
    [InlineData("<html>", false)]
    [InlineData("", false)]
    public void TryRead_OtherThings_AreNoBulkAnswer(string body, bool isJson)
    {
        Assert.Equal(isJson, new BulkReply().TryRead(Encoding.UTF8.GetBytes(body), out var isBulkAnswer));
        Assert.False(isBulkAnswer);
    }

    [Fact]
    public void TryRead_ItemsOfUnknownShape_HaveNoStatus()
    {
        var reply = new BulkReply();
        Assert.True(reply.TryRead("""{"items":[{"index":{"status":"201","result":5,"error":{"type":{"a":1},"reason":[2],"caused_by":null,"x":{"reason":"no"}}}}]}"""u8, out _));
        var item = Assert.Single(reply.Items);
        Assert.Equal((0, false, null, null), (item.Status, item.IsCreated, item.ErrorType, item.Reason));
    }
}
