using Portage.Snapshots.Repositories;
using static Portage.Snapshots.Tests.Shards.GoldenDocumentsTests;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>The repositories of other projects, with what their README says a reader must find.</summary>
public sealed class FixtureDocumentsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ES_5_6_Updates_Deletes", "rfs_snapshot", "test_updates_deletes", "type1#complexdoc type2#unchangeddoc type2#updateddoc")]
    [InlineData("ES_6_8_Single", "global_state_snapshot", "posts_2023_02_25", "_doc#AE0-Zo4B7T-RS_C5iG5e")]
    [InlineData("ES_6_8_Single", "global_state_snapshot", "posts_2024_01_01", "_doc#A01AZo4B7T-RS_C5Am6z@user123 _doc#AU0_Zo4B7T-RS_C5JW5A@user123 _doc#Ak0_Zo4B7T-RS_C58m7a@user123")]
    [InlineData("ES_6_8_Updates_Deletes_Native", "rfs_snapshot", "test_updates_deletes", "_doc#complexdoc _doc#unchangeddoc _doc#updateddoc")]
    [InlineData("ES_7_10_Single", "global_state_snapshot", "posts_2023_02_25", "_doc#dkO8Zo4B5P7rRiUeuFRC")]
    [InlineData("ES_7_10_Single", "global_state_snapshot", "posts_2024_01_01", "_doc#d0O8Zo4B5P7rRiUe4VRD@user123 _doc#eEO-Zo4B5P7rRiUeCFSo@user123 _doc#eUO-Zo4B5P7rRiUeCFTz@user123")]
    [InlineData("ES_7_10_Double", "global_state_snapshot_2", "posts_2024_01_01", "_doc#d0O8Zo4B5P7rRiUe4VRD@user123 _doc#eEO-Zo4B5P7rRiUeCFSo@user123 _doc#eUO-Zo4B5P7rRiUeCFTz@user123")]
    [InlineData("ES_7_10_Updates_Deletes_w_Soft", "rfs_snapshot", "test_updates_deletes", "_doc#complexdoc _doc#unchangeddoc _doc#updateddoc")]
    public async Task ReadAsync_RealRepository_GivesItsDocuments(string folder, string snapshot, string index, string documents)
    {
        var lines = await ReadAsync(folder, snapshot, index);
        Assert.Equal(documents.Split(' '), lines.Select(line => $"{line.Type}#{line.Id}{(line.Routing is null ? "" : "@" + line.Routing)}"));
        Assert.All(lines, line => Assert.NotNull(line.Source));
    }

    [Theory]
    [InlineData("ES_5_6_Updates_Deletes", """{"title":"This is a doc with complex history. Updated!"}""")]
    [InlineData("ES_6_8_Updates_Deletes_Native", """{"title":"This is a doc with complex history","content":"Updated!"}""")]
    [InlineData("ES_7_10_Updates_Deletes_w_Soft", """{"title":"This is a doc with complex history","content":"Updated!"}""")]
    public async Task ReadAsync_UpdatedDocuments_HaveTheirLastSource(string folder, string complex)
    {
        var sources = (await ReadAsync(folder, "rfs_snapshot", "test_updates_deletes")).ToDictionary(line => line.Id, line => line.Source);
        Assert.Equal(complex, sources["complexdoc"]);
        Assert.EndsWith("""
            "content":"Updated!"}
            """, sources["updateddoc"], StringComparison.Ordinal);
        Assert.StartsWith("\n", sources["unchangeddoc"], StringComparison.Ordinal);
    }

    private static async Task<List<Line>> ReadAsync(string folder, string snapshot, string index)
    {
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(Fixtures.Find($"snapshots/{folder}")), Cancelled);
        var opened = await repository.OpenSnapshotAsync(snapshot, Cancelled);
        return await GoldenDocumentsTests.ReadAsync(await opened.OpenIndexAsync(index, Cancelled));
    }
}
