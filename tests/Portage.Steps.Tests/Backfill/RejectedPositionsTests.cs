using System.Text;
using Portage.Conformance;
using Portage.Snapshots.Shards;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Which documents of a shard were refused, as validate asks for them.</summary>
public sealed class RejectedPositionsTests
{
    private const string Name = "findings.ndjson";
    private readonly MemoryStepFiles _files = new(new MemoryDisk(), "work/backfill");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("logs/0:2:b logs/1:3:x logs/0:5:e other/0:7:g logs/0:9:i")]
    [InlineData("logs/0:9:i logs/1:3:x logs/0:2:b other/0:7:g logs/0:5:e")]
    public async Task ContainsAsync_LinesInAnyOrder_KnowsThoseOfItsShard(string lines)
    {
        foreach (var line in lines.Split(' '))
        {
            var (item, parts) = (Portage.Steps.WorkItems.WorkItem.Parse(line.Split(':')[0]), line.Split(':'));
            await _files.AppendAsync(Name, Encoding.UTF8.GetBytes($$"""{"index":"{{item.Index}}","shard":{{item.Shard}},"position":{{parts[1]}},"targetId":"{{parts[2]}}"}""" + "\n"), Cancellation);
        }

        using var rejected = await RejectedPositions.OpenAsync(_files, _files.LocationOf(Name), new("logs", 0), PositionRange.All, Cancellation);

        var found = new List<long>();
        for (var position = 0; position < 12; position++)
        {
            if (await rejected.ContainsAsync(position, $"{(char)('a' + position - 1)}", Cancellation))
            {
                found.Add(position);
            }
        }

        Assert.Equal([2, 5, 9], found);
        Assert.False(await rejected.ContainsAsync(12, "l", Cancellation));
    }

    /// <summary>Where the backfill had copied a shard in ranges, each is in order, and all of them together are not.</summary>
    [Fact]
    public async Task ContainsAsync_ARangeOfTheShard_KnowsThoseOfTheRange()
    {
        foreach (var (position, id) in ((int, char)[])[(20, 'd'), (5, 'b'), (21, 'e'), (6, 'c'), (1, 'a')])
        {
            await _files.AppendAsync(Name, Encoding.UTF8.GetBytes($$"""{"index":"logs","shard":0,"position":{{position}},"targetId":"{{id}}"}""" + "\n"), Cancellation);
        }

        using var rejected = await RejectedPositions.OpenAsync(_files, _files.LocationOf(Name), new("logs", 0, 1), new(5, 20), Cancellation);
        Assert.True(await rejected.ContainsAsync(5, "b", Cancellation));
        Assert.True(await rejected.ContainsAsync(6, "c", Cancellation));
        Assert.False(await rejected.ContainsAsync(20, "d", Cancellation));
    }

    [Fact]
    public async Task ContainsAsync_AnotherDocumentIsInItsPlace_WasNotRefused()
    {
        await _files.AppendAsync(Name, """{"index":"logs","shard":0,"position":2,"targetId":"b"}"""u8.ToArray(), Cancellation);
        using var rejected = await RejectedPositions.OpenAsync(_files, _files.LocationOf(Name), new("logs", 0), PositionRange.All, Cancellation);
        Assert.False(await rejected.ContainsAsync(2, "another", Cancellation));
    }

    [Fact]
    public async Task ContainsAsync_NothingWasRefused_HasNone()
    {
        using var rejected = await RejectedPositions.OpenAsync(_files, _files.LocationOf(Name), new("logs", 0), PositionRange.All, Cancellation);
        Assert.False(await rejected.ContainsAsync(0, "a", Cancellation));
    }
}
