using System.Text;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests;

public sealed class LuceneIndexTests
{
    private const string Utf8 = "Lu\U0001D11Ece\U0001D160ne \0 \u2620 ab\ud917\udc17cd";

    public static TheoryData<string> Versions =>
        Fixtures.Cases("lucene", "lucene-*cfs.zip", 71, name => !name.Contains("5x-with-4x", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task OpenAsync_IndexOfAnyVersion_FindsItsLiveDocuments(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");

        var documents = await Documents.ReadLiveAsync(new FileSystemDirectory(folder.Path), TestContext.Current.CancellationToken);

        var withId = documents.Where(document => document.Fields.ContainsKey("id")).ToList();
        Assert.Equal(
            Enumerable.Range(0, 35).Where(id => id != 7).Select(id => $"{id}").Order(StringComparer.Ordinal),
            withId.Select(document => (string)document.Fields["id"]).Order(StringComparer.Ordinal));
        Assert.All(withId, document => Assert.Equal(Utf8, document.Fields["utf8"]));
        Assert.All(withId, document => Assert.Equal("here is more content with aaa aaa aaa", document.Fields["content2"]));
        Assert.All(withId, document => Assert.Equal("field with non-ascii name", document.Fields["fie\u2C77ld"]));
        Assert.Equal(35, documents.Count);
    }

    [Fact]
    public async Task OpenAsync_SegmentsOfLucene4And5InOneCommit_ReadsEachByItsOwnFormat()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-5x-with-4x-segments-cfs.zip");
        var directory = new FileSystemDirectory(folder.Path);

        var index = await LuceneIndex.OpenAsync(directory, TestContext.Current.CancellationToken);
        var documents = await Documents.ReadLiveAsync(directory, TestContext.Current.CancellationToken);

        Assert.Equal(["4.10.3", "5.0.0"], index.Segments.Select(segment => segment.LuceneVersion).Distinct());
        var ids = documents.Where(document => document.Fields.ContainsKey("id")).Select(document => (string)document.Fields["id"]);
        // The document added with Lucene 5 has the id 0 again.
        Assert.Equal(
            Enumerable.Range(0, 35).Where(id => id != 7).Append(0).Select(id => $"{id}").Order(StringComparer.Ordinal),
            ids.Order(StringComparer.Ordinal));
        Assert.Equal(36, documents.Count);
    }

    // One for each format of the .si, in and outside of compound files.
    [Theory]
    [InlineData("lucene-4.0.0-cfs.zip")]
    [InlineData("lucene-4.10.0-nocfs.zip")]
    [InlineData("lucene-5.0.0-cfs.zip")]
    [InlineData("lucene-6.6.0-cfs.zip")]
    [InlineData("lucene-7.7.0-cfs.zip")]
    [InlineData("lucene-8.7.0-nocfs.zip")]
    [InlineData("lucene-9.0.0-cfs.zip")]
    [InlineData("lucene-9.9.0-nocfs.zip")]
    [InlineData("lucene-10.3.0-cfs.zip")]
    public async Task OpenAsync_SegmentsLinkedFromAnotherIndex_AreReadUnderTheirNewNames(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var files = MemoryDirectory.ReadAll(folder.Path);
        var before = await Documents.ReadLiveAsync(new MemoryDirectory(new(files)), TestContext.Current.CancellationToken);

        // A shrunk, split or cloned index has other names for its segments, and in the .si the old ones.
        foreach (var name in files.Keys.Where(name => name.EndsWith(".si", StringComparison.Ordinal)).ToArray())
        {
            var (segment, bytes) = (Encoding.ASCII.GetBytes(name[..^3]), files[name].ToArray());
            var renamed = 0;
            for (int at, from = 0; (at = bytes.AsSpan(from).IndexOf(segment)) >= 0; from += at + segment.Length)
            {
                var next = bytes[from + at + segment.Length];
                if (next is (byte)'.' or (byte)'_')
                {
                    bytes[from + at + segment.Length - 1] = (byte)'z';
                    renamed++;
                }
            }

            Assert.InRange(renamed, 3, 100);
            Footers.Mend(bytes);
            files[name] = bytes;
        }

        var linked = await Documents.ReadLiveAsync(new MemoryDirectory(files), TestContext.Current.CancellationToken);

        Assert.Equal(before.Select(Text), linked.Select(Text));

        static string Text((string Segment, int Document, Dictionary<string, object> Fields) one) =>
            string.Join('|', one.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"));
    }

    [Theory]
    [InlineData("lucene-empty.7.0.0.zip")]
    [InlineData("lucene-empty.9.0.0.zip")]
    [InlineData("lucene-empty.10.0.0.zip")]
    public async Task OpenAsync_IndexWithoutSegments_HasNone(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");

        var index = await LuceneIndex.OpenAsync(new FileSystemDirectory(folder.Path), TestContext.Current.CancellationToken);

        Assert.Empty(index.Segments);
        Assert.Equal(0, index.LiveDocumentCount);
    }
    [Theory]
    [InlineData("9", "a")]
    [InlineData("z", "10")]
    [InlineData("10", "2")]
    [InlineData("1", "2")]
    public async Task OpenAsync_SeveralCommits_ReadsTheNewest(string one, string other)
    {
        // Generations are counted in base 36: "a" comes after "9", and "10" after "z".
        var newest = one.Length == other.Length ? other : one.Length > other.Length ? one : other;
        var directory = new MemoryDirectory(new() { [$"segments_{one}"] = EmptyCommit(one), [$"segments_{other}"] = EmptyCommit(other), ["write.lock"] = [] });

        var index = await LuceneIndex.OpenAsync(directory, TestContext.Current.CancellationToken);

        Assert.Equal($"segments_{newest}", index.CommitName);
        Assert.Equal(newest, index.UserData["generation"]);
    }

    /// <summary>A commit of Lucene 9 without segments.</summary>
    private static byte[] EmptyCommit(string generation)
    {
        byte[] suffix = Text(generation);
        return Footers.Add([0x3F, 0xD7, 0x6C, 0x17, .. Text("segments"), 0, 0, 0, 10, .. new byte[16], .. suffix, 9, 12, 0, 9, .. new byte[8], 0, 0, 0, 0, 0, 1, .. Text("generation"), .. suffix]);
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
