using System.Text;
using Portage.Engine.Ports;
using Xunit;

namespace Portage.Conformance;

/// <summary>What every backend's memory of steps must do. A backend derives from it and says how one is opened.</summary>
public abstract class StepFilesKit
{
    /// <summary>Opens what the step of this name remembers, as another process would: nothing is kept from the call before.</summary>
    protected abstract IStepFiles Open(string step);

    [Fact]
    public async Task Read_NothingWasWritten_IsNull()
    {
        Assert.Null(await Open("a").ReadAsync("notes.json", Cancelled));
        Assert.Null(await Open("a").OpenAsync(Open("a").LocationOf("notes.json"), Cancelled));
        Assert.Empty(await Open("a").ListAsync(Cancelled));
        Assert.Empty(await Open("a").ListItemsAsync(Cancelled));
    }

    [Fact]
    public async Task Write_Twice_TheSecondIsReadByAll()
    {
        await Open("a").WriteAsync("notes.json", "a longer one"u8.ToArray(), Cancelled);
        await Open("a").WriteAsync("notes.json", "short"u8.ToArray(), Cancelled);
        Assert.Equal("short", await TextAsync(Open("a"), "notes.json"));
        Assert.Equal(["notes.json"], await Open("a").ListAsync(Cancelled));
        Assert.Null(await Open("b").ReadAsync("notes.json", Cancelled));
    }

    [Fact]
    public async Task Append_FromOneProcessAndTheNext_KeepsTheOrder()
    {
        await Open("a").AppendAsync("log.jsonl", "one\n"u8.ToArray(), Cancelled);
        await Open("a").AppendAsync("log.jsonl", "two\n"u8.ToArray(), Cancelled);
        Assert.Equal("one\ntwo\n", await TextAsync(Open("a"), "log.jsonl"));
    }

    [Fact]
    public async Task Cut_ThenAppend_GoesOnWhereItWasCut()
    {
        await Open("a").AppendAsync("log.jsonl", "one\ntw"u8.ToArray(), Cancelled);
        await Open("a").CutAsync("log.jsonl", 100, Cancelled);
        await Open("a").CutAsync("log.jsonl", 4, Cancelled);
        await Open("a").AppendAsync("log.jsonl", "three\n"u8.ToArray(), Cancelled);
        Assert.Equal("one\nthree\n", await TextAsync(Open("a"), "log.jsonl"));
        await Open("a").CutAsync("none.jsonl", 0, Cancelled);
        Assert.Equal(["log.jsonl"], await Open("a").ListAsync(Cancelled));
    }

    [Fact]
    public async Task Delete_OnceAndAgain_ItIsGone()
    {
        await Open("a").WriteAsync("notes.json", "x"u8.ToArray(), Cancelled);
        await Open("a").DeleteAsync("notes.json", Cancelled);
        await Open("a").DeleteAsync("notes.json", Cancelled);
        Assert.Empty(await Open("a").ListAsync(Cancelled));
    }

    [Fact]
    public async Task Open_ByLocation_ReadsAnotherStepsFile()
    {
        await Open("a").Item("logs").AppendAsync("findings.ndjson", "{}\n"u8.ToArray(), Cancelled);
        await using var found = await Open("b").OpenAsync(Open("a").Item("logs").LocationOf("findings.ndjson"), Cancelled);
        using var reader = new StreamReader(found!);
        Assert.Equal("{}\n", await reader.ReadToEndAsync(Cancelled));
    }

    [Theory]
    [InlineData("logs")]
    [InlineData(".ds-logs-2026.11.01-000001")]
    [InlineData("..")]
    [InlineData("%2e")]
    [InlineData("a/b")]
    [InlineData("протокол")]
    public async Task Item_OfAnyName_IsApartFromAllElse(string item)
    {
        await Open("a").WriteAsync("notes.json", "step"u8.ToArray(), Cancelled);
        await Open("a").Item(item).WriteAsync("notes.json", "item"u8.ToArray(), Cancelled);
        await Open("a").Item("other").WriteAsync("notes.json", "other"u8.ToArray(), Cancelled);
        Assert.Equal(("step", "item", "other"), (await TextAsync(Open("a"), "notes.json"), await TextAsync(Open("a").Item(item), "notes.json"), await TextAsync(Open("a").Item("other"), "notes.json")));
        Assert.Equal(new[] { item, "other" }.Order(StringComparer.Ordinal), await Open("a").ListItemsAsync(Cancelled));
        Assert.Equal(["notes.json"], await Open("a").ListAsync(Cancelled));
    }

    [Fact]
    public async Task DeleteAll_OfAnItem_LeavesTheOthers()
    {
        await FillAsync();
        await Open("a").Item("logs").DeleteAllAsync(Cancelled);
        await Open("a").Item("logs").DeleteAllAsync(Cancelled);
        Assert.Equal(["packed"], await Open("a").ListItemsAsync(Cancelled));
        Assert.Null(await Open("a").Item("logs").ReadAsync("journal.jsonl", Cancelled));
        Assert.Equal(["created.jsonl"], await Open("a").ListAsync(Cancelled));

        await Open("a").Item("logs").AppendAsync("journal.jsonl", "anew"u8.ToArray(), Cancelled);
        await Open("a").Item("logs").DeleteAllAsync(Cancelled);
        Assert.Equal(["packed"], await Open("a").ListItemsAsync(Cancelled));
    }

    [Fact]
    public async Task DeleteAll_OfTheStep_LeavesNothing()
    {
        await FillAsync();
        await Open("a").DeleteAllAsync(Cancelled);
        Assert.Empty(await Open("a").ListItemsAsync(Cancelled));
        Assert.Empty(await Open("a").ListAsync(Cancelled));
    }

    [Fact]
    public async Task MoveItem_OnceAndAgain_TheOtherStepHasAllOfIt()
    {
        await FillAsync();
        await Open("a").MoveItemAsync("logs", Open("b"), Cancelled);
        await Open("a").MoveItemAsync("logs", Open("b"), Cancelled);
        Assert.Equal(["packed"], await Open("a").ListItemsAsync(Cancelled));
        Assert.Equal(["logs"], await Open("b").ListItemsAsync(Cancelled));
        Assert.Equal(["before.json", "journal.jsonl"], await Open("b").Item("logs").ListAsync(Cancelled));
        Assert.Equal("1\n2\n", await TextAsync(Open("b").Item("logs"), "journal.jsonl"));
    }

    private async Task FillAsync()
    {
        await Open("a").AppendAsync("created.jsonl", "x"u8.ToArray(), Cancelled);
        await Open("a").Item("logs").WriteAsync("before.json", "{}"u8.ToArray(), Cancelled);
        await Open("a").Item("logs").AppendAsync("journal.jsonl", "1\n"u8.ToArray(), Cancelled);
        await Open("a").Item("logs").AppendAsync("journal.jsonl", "2\n"u8.ToArray(), Cancelled);
        await Open("a").Item("packed").WriteAsync("before.json", "{}"u8.ToArray(), Cancelled);
    }

    private static async Task<string> TextAsync(IStepFiles files, string name) => Encoding.UTF8.GetString((await files.ReadAsync(name, Cancelled))!);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;
}
