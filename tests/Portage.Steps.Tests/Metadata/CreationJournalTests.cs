using System.Text.Json.Nodes;
using Portage.Conformance;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

public sealed class CreationJournalTests
{
    private static readonly ObjectName Logs = new(ObjectKind.Index, "logs");
    private static readonly ObjectName Errors = new(ObjectKind.Alias, "errors", "logs");
    private static readonly ObjectName Template = new(ObjectKind.IndexTemplate, "logs");
    private readonly MemoryDisk _disk = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MemoryStepFiles Files => new(_disk, "work");

    [Fact]
    public async Task OpenAsync_NothingWasCreated_IsEmptyAndMakesNothing()
    {
        Assert.Empty((await OpenAsync()).Created);
        Assert.Empty(_disk.Files);
    }

    [Fact]
    public async Task OpenAsync_AfterAdditions_HasThemInTheOrderOfCreation()
    {
        var journal = await OpenAsync();
        await journal.AddAsync(Logs, "logs", []);
        await journal.ConfirmAsync(Logs, new() { ["settings"] = new JsonObject() }, "u1");
        await journal.AddAsync(Errors, "logs", []);
        await journal.AddAsync(Template, null, []);
        Assert.Equal([new(Template, null, false) { Definition = "{}" }, new(Logs, "logs", true) { Definition = """{"settings":{}}""", Uuid = "u1" }, new(Errors, "logs", false) { Definition = "{}" }], (await OpenAsync()).Created);
    }

    [Fact]
    public async Task OpenAsync_OneWasTakenBack_HasTheOthers()
    {
        var journal = await OpenAsync();
        await journal.AddAsync(Logs, "logs", []);
        await journal.AddAsync(Errors, "logs", []);
        await journal.TakeBackAsync(Logs);
        Assert.Equal([Errors], journal.Created.Select(created => created.Name));
        Assert.Equal([Errors], (await OpenAsync()).Created.Select(created => created.Name));
    }

    [Fact]
    public async Task OpenAsync_LastLineWasCutOff_IgnoresItAndGoesOnBehindTheOthers()
    {
        await (await OpenAsync()).AddAsync(Logs, "logs", []);
        await Files.Item("logs").AppendAsync("created.jsonl", """{"kind":"Alias","na"""u8.ToArray(), Cancellation);
        await (await OpenAsync()).AddAsync(Errors, "logs", []);
        Assert.Equal([Logs, Errors], (await OpenAsync()).Created.Select(created => created.Name));
    }

    [Fact]
    public async Task OpenAsync_OfAnEarlierBuild_WasMadeAndBelongsToNoIndexOfTheSnapshot()
    {
        _disk.Put("work/created.jsonl", [.. """{"kind":"Index","name":"logs","index":null,"ours":true}"""u8, (byte)'\n']);
        Assert.Equal([new(Logs, null, true)], (await OpenAsync()).Created);
    }

    private Task<CreationJournal> OpenAsync() => CreationJournal.OpenAsync(Files, Cancellation);
}
