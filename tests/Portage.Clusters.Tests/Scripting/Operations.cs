using System.Text;
using Portage.Clusters.Bulk;

namespace Portage.Clusters.Tests.Scripting;

/// <summary>Operations for tests.</summary>
internal static class Operations
{
    public static BulkOperation Index(long number, string? source = null) => new()
    {
        Index = "logs",
        Id = $"id-{number}",
        Source = Encoding.UTF8.GetBytes(source ?? $$"""{"n":{{number}}}"""),
        Tag = number,
    };

    public static IAsyncEnumerable<BulkOperation> Of(IEnumerable<BulkOperation> operations) => operations.ToAsyncEnumerable();

    public static IAsyncEnumerable<BulkOperation> Numbered(int count) => Of(Enumerable.Range(0, count).Select(n => Index(n)));

    /// <summary>Runs to the end and copies every result.</summary>
    public static Task<List<BulkItemResult>> ResultsAsync(this BulkPipeline pipeline, IAsyncEnumerable<BulkOperation> operations) =>
        pipeline.ResultsUntilAsync(operations, CancellationToken.None);

    /// <summary>As <see cref="ResultsAsync"/>, with a stop in good order.</summary>
    public static async Task<List<BulkItemResult>> ResultsUntilAsync(this BulkPipeline pipeline, IAsyncEnumerable<BulkOperation> operations, CancellationToken stop)
    {
        var results = new List<BulkItemResult>();
        await foreach (var batch in pipeline.RunAsync(operations, stop, TestContext.Current.CancellationToken))
        {
            results.AddRange(batch.Items.Select(item => item with { Operation = item.Operation with { Source = item.Operation.Source.ToArray() } }));
        }

        return results;
    }
}
