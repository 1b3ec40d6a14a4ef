using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>Which item is begun next.</summary>
public sealed class ItemOrderTests
{
    [Theory]
    [InlineData("a/0:0 a/0:1 a/0:2", "a/0:0 a/0:1 a/0:2")]
    [InlineData("a/0:0 a/0:1 a/1:0 a/1:1 b/0", "a/0:0 a/1:0 b/0 a/0:1 a/1:1")]
    [InlineData("a/0 a/1 b/0", "a/0 a/1 b/0")]
    public void TryTake_WhileAllAreWorkedOn_SpreadsOverTheShards(string items, string expected)
    {
        var order = Of(items);
        Assert.Equal(expected.Split(' '), All(order));
        Assert.False(order.TryTake(out _));
    }

    [Fact]
    public void TryTake_OfOneReader_EndsOneShardAfterTheOther()
    {
        var order = Of("a/0:0 a/0:1 a/1:0 a/1:1 b/0");
        var taken = new List<string>();
        while (order.TryTake(out var item))
        {
            taken.Add(item.ToString());
            order.End(item, waitsAgain: false);
        }

        Assert.Equal(["a/0:0", "a/0:1", "a/1:0", "a/1:1", "b/0"], taken);
    }

    [Fact]
    public void TryTake_OneOfThemEnded_GoesOnWithItsShard()
    {
        var order = Of("a/0:0 a/0:1 a/1:0 a/1:1 a/1:2");
        Assert.True(order.TryTake(out _));
        Assert.True(order.TryTake(out var second));
        order.End(second, waitsAgain: false);
        Assert.True(order.TryTake(out var next));
        Assert.Equal("a/1:1", next.ToString());
    }

    [Fact]
    public void End_NotDone_WaitsAgainBeforeThoseThatNobodyHasBegun()
    {
        var order = Of("a/0:0 a/0:1 a/0:2");
        Assert.True(order.TryTake(out var first));
        Assert.True(order.TryTake(out _));
        order.End(first, waitsAgain: true);
        Assert.Equal(["a/0:0", "a/0:2"], All(order));
        Assert.True(order.IsEmpty);
    }

    private static ItemOrder Of(string items) => new(items.Split(' ').Select(WorkItem.Parse));

    private static IEnumerable<string> All(ItemOrder order)
    {
        while (order.TryTake(out var item))
        {
            yield return item.ToString();
        }
    }
}
