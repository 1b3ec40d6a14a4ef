using System.Text;
using CsCheck;
using Portage.Clusters.Bulk;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Bulk;

public sealed class BulkBatchTests
{
    private static readonly Gen<BulkOperation> AnyOperation = Gen.Select(Gen.Int[0, 400], Gen.Bool, Gen.Long[0, 1_000_000]).Select((size, isDelete, id) =>
        isDelete
            ? new BulkOperation { Action = BulkAction.Delete, Index = "logs", Id = $"{id}" }
            : new BulkOperation { Index = "logs", Id = $"{id}", Source = Encoding.UTF8.GetBytes($"{{\"f\":\"{new string('x', size)}\"}}") });

    [Fact]
    public void TryAdd_AnyOperationsAndLimits_KeepsTheLimitsAndLosesNothing() =>
        Gen.Select(AnyOperation.Array[1, 60], Gen.Int[1, 3000], Gen.Int[1, 20]).Sample((operations, bytesMax, countMax) =>
        {
            var line = new BulkActionLine();
            var batches = new List<BulkBatch> { Begun(0) };
            foreach (var operation in operations)
            {
                if (!batches[^1].TryAdd(operation, line, countMax, bytesMax))
                {
                    batches.Add(Begun(batches.Count));
                    Assert.True(batches[^1].TryAdd(operation, line, countMax, bytesMax));
                }
            }

            var sent = batches.ConvertAll(batch => Encoding.UTF8.GetString(batch.BytesOf(0, batch.Count - 1).Span));
            Assert.Equal(string.Concat(operations.Select(Alone)), string.Concat(sent));
            Assert.Equal(operations.Select(operation => Encoding.UTF8.GetString(operation.Source.Span)), batches.SelectMany(batch => batch).Select(item => Encoding.UTF8.GetString(item.Operation.Source.Span)));
            foreach (var (batch, body) in batches.Zip(sent))
            {
                Assert.Equal(batch.BodyBytes, Encoding.UTF8.GetByteCount(body));
                Assert.True(batch.Count <= countMax);
                Assert.True(batch.Count == 1 || batch.BodyBytes <= bytesMax);
                batch.Dispose();
            }
        });

    [Fact]
    public void TryAdd_SourceWithLineBreaks_SendsSpaces()
    {
        using var batch = Begun(0);
        batch.TryAdd(Operations.Index(1, "{\r\n  \"a\": \"b\\n\"\n}"), new(), 10, 1000);
        Assert.Equal("{\"index\":{\"_index\":\"logs\",\"_id\":\"id-1\"}}\n{    \"a\": \"b\\n\" }\n", Encoding.UTF8.GetString(batch.BytesOf(0, 0).Span));
    }

    [Fact]
    public void TryAdd_NoIdOrNoSource_Throws()
    {
        using var batch = Begun(0);
        Assert.Throws<ArgumentException>(() => batch.TryAdd(Operations.Index(1) with { Id = "" }, new(), 10, 1000));
        Assert.Throws<ArgumentException>(() => batch.TryAdd(Operations.Index(1) with { Source = default }, new(), 10, 1000));
        Assert.Throws<ArgumentException>(() => batch.TryAdd(Operations.Index(1) with { Action = BulkAction.Delete }, new(), 10, 1000));
    }

    [Fact]
    public void Begin_UsedBefore_RemembersNothing()
    {
        using var batch = Begun(0);
        batch.TryAdd(Operations.Index(1), new(), 10, 1000);
        batch.MarkAnswerLost(0);
        batch.Decide(0, BulkItemOutcome.Rejected, 400, "type", "reason");
        batch.Begin(1);
        Assert.Equal((0, 0, 0), (batch.Count, batch.BodyBytes, batch.CountOf(BulkItemOutcome.Rejected)));
        batch.TryAdd(Operations.Index(2), new(), 10, 1000);
        Assert.Equal((null, null, false), (batch[0].ErrorType, batch[0].Reason, batch[0].EarlierAnswerWasLost));
    }

    private static BulkBatch Begun(long sequence)
    {
        var batch = new BulkBatch(new ByteBudget(long.MaxValue));
        batch.Begin(sequence);
        return batch;
    }

    private static string Alone(BulkOperation operation)
    {
        using var batch = Begun(0);
        batch.TryAdd(operation, new(), 1, 1);
        return Encoding.UTF8.GetString(batch.BytesOf(0, 0).Span);
    }
}
