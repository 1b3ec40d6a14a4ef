namespace Portage.Lucene.Tests.LiveDocs;

public sealed class DocValuesMetadataTests
{
    public static TheoryData<string> Versions => Fixtures.Cases(
        "lucene", "*.zip", 49, name => name.Split('-', '.') is [_, "7" or "8" or "9" or "10", ..] or [_, "sorted" or "dvupdates", ..]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Find_EveryFieldOfAnyType_EndsAtTheFooter(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var directory = MemoryDirectory.Load(folder.Path);
        var index = await LuceneIndex.OpenAsync(directory, Cancellation);
        var visited = 0;
        foreach (var segment in index.Segments)
        {
            var fields = await segment.ReadFieldInfosAsync(Cancellation);
            visited += (await NumericDocValues.VisitAllAsync(directory, segment, fields, Cancellation)).Count;
        }

        Assert.NotEqual(0, visited);
    }

    [Theory]
    [InlineData("lucene-dvupdates.7.0.0.zip")]
    [InlineData("lucene-dvupdates.9.0.0.zip")]
    [InlineData("lucene-dvupdates.10.0.0.zip")]
    public async Task Find_UpdatedFields_LieInTheirGenerations(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var directory = MemoryDirectory.Load(folder.Path);
        var index = await LuceneIndex.OpenAsync(directory, Cancellation);
        var segment = index.Segments[1];
        var fields = await segment.ReadFieldInfosAsync(Cancellation);

        var found = await NumericDocValues.VisitAllAsync(directory, segment, fields, Cancellation);

        var updated = fields.All.Where(field => field.DocValuesGeneration > 0).Select(field => field.Name).ToHashSet();
        Assert.NotEmpty(updated);
        Assert.Contains(found, entry => updated.Contains(entry.Key.Field) && entry.Key.File.StartsWith("_1_", StringComparison.Ordinal) && entry.Value.Length == 10);
    }
}
