using Portage.Backends.Embedded;
using Portage.Conformance;
using Portage.Engine.Ports;

namespace Portage.Backends.Tests.Embedded;

public sealed class StepFilesTests : StepFilesKit, IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task DeleteAll_OfTheStep_LeavesWhatTheBackendKeepsBesideIt()
    {
        var work = new WorkFolder(_folder["a"]);
        await Open("a").WriteAsync("notes.json", "x"u8.ToArray(), TestContext.Current.CancellationToken);
        work.Fence = 7;
        await Open("a").DeleteAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal(7, work.Fence);
        Assert.False(File.Exists(_folder["a/notes.json"]));
    }

    [Fact]
    public async Task List_AWriteWasCutOff_PassesOverIt()
    {
        await Open("a").Item("logs").WriteAsync("before.json", "{}"u8.ToArray(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["a/items/logs/written.json.next"], "{", TestContext.Current.CancellationToken);
        Assert.Equal(["before.json"], await Open("a").Item("logs").ListAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    protected override IStepFiles Open(string step) => new StepFiles(_folder[step]);
}
