using System.Text;
using Portage.Conformance;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>Lines of findings, whole and no others.</summary>
public sealed class FindingsFileTests
{
    private const string Name = "findings.ndjson";
    private readonly MemoryStepFiles _files = new(new MemoryDisk(), "work");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1 2 3")]
    [InlineData("65535 1 65536 2 65537 0 300000 7")]
    [InlineData("0 0 200000")]
    public async Task OpenAsync_LinesOfAnyLength_AreWholeAndNoOthers(string lengths)
    {
        string[] lines = [.. lengths.Split(' ').Select((length, place) => new string((char)('a' + place), int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)))];
        await _files.AppendAsync(Name, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")) + "not kept"), Cancellation);
        var ends = lines.Select((_, place) => lines.Take(place + 1).Sum(line => line.Length + 1L)).ToArray();

        Assert.Equal(lines.Zip(ends), await ReadAsync(0, ends[^1]));

        // From the end of each line, and up to it.
        for (var place = 0; place < lines.Length; place++)
        {
            Assert.Equal(lines.Zip(ends).Skip(place + 1), await ReadAsync(ends[place], ends[^1]));
            Assert.Equal(lines.Zip(ends).Take(place + 1), await ReadAsync(0, ends[place]));
        }
    }

    [Fact]
    public async Task OpenAsync_NothingCountsOrTheFileIsGone_HasNone()
    {
        Assert.Empty(await ReadAsync(0, 0));
        Assert.Null(await new FindingsFile(_files.LocationOf(Name), 0, 5).OpenAsync(_files, Cancellation));

        // What a power loss took of it is not made up.
        await _files.AppendAsync(Name, "one\ntw"u8.ToArray(), Cancellation);
        Assert.Equal([("one", 4L)], await ReadAsync(0, 8));
    }

    private async Task<List<(string Text, long End)>> ReadAsync(long from, long until)
    {
        var read = new List<(string, long)>();
        await foreach (var line in (await new FindingsFile(_files.LocationOf(Name), from, until).OpenAsync(_files, Cancellation))!)
        {
            read.Add((Encoding.UTF8.GetString(line.Text.Span), line.End));
        }

        return read;
    }
}
