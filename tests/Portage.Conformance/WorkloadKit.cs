using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Xunit;

namespace Portage.Conformance;

/// <summary>
/// What every backend's workloads must do. A backend derives from it and says how its workers are made to end, to die and to be out
/// of sight; they work until they are told.
/// </summary>
public abstract class WorkloadKit
{
    /// <summary>What one controller has; each call is another controller.</summary>
    protected abstract IWorkloads Open();

    /// <summary>Lets things happen until something is over, and gives what it came to.</summary>
    protected abstract Task<T> PlayAsync<T>(Func<Task<T>> act);

    /// <summary>Lets a moment pass.</summary>
    protected abstract Task PauseAsync();

    /// <summary>Lets the worker be done.</summary>
    protected abstract void Finish(WorkloadHandle workload);

    /// <summary>Lets the worker fail, for a cause that may pass.</summary>
    protected abstract void Fail(WorkloadHandle workload);

    /// <summary>Lets the worker say that it serves, with this many of <c>lag</c>.</summary>
    protected abstract void Serve(WorkloadHandle workload, long lag);

    /// <summary>Lets the worker find something else than was approved: the same, with the line <c>there is more</c>.</summary>
    protected abstract void Refuse(WorkloadHandle workload);

    /// <summary>Ends the worker without a word, as kill -9 does, and returns when it is gone.</summary>
    protected abstract void Kill(WorkloadHandle workload);

    /// <summary>Nobody can see or reach the worker, which works on, until <see cref="Reveal"/>.</summary>
    protected abstract void Hide(WorkloadHandle workload);

    /// <summary>Ends <see cref="Hide"/>.</summary>
    protected abstract void Reveal(WorkloadHandle workload);

    [Fact]
    public async Task Start_Twice_FindsTheSameWorker()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Assert.Equal(first, await StartAsync(workloads));
        Assert.Equal(first, await StartAsync(Open()));
    }

    [Fact]
    public async Task Start_OfOtherWork_IsAnotherWorker()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Assert.NotEqual(first.Id, (await StartAsync(workloads, Fingerprint.Of("other work"), "shop/others@blue:backfill")).Id);
    }

    [Fact]
    public async Task Start_AfterADeath_HasANewerToken()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Kill(first);
        var second = await StartAsync(workloads);
        Assert.True(second.Token > first.Token);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, second));
    }

    [Fact]
    public async Task Start_WithOtherProcessFields_HandsThemOver()
    {
        var workloads = Open();
        await StartAsync(workloads);
        var handle = await StartAsync(Open(), configuration: Other);
        await AcknowledgedAsync(Open(), handle, Other);
    }

    [Fact]
    public async Task Find_AWorkerAtWork_IsItsHandle()
    {
        var handle = await StartAsync(Open());
        Assert.Equal(handle, await FindAsync(Open()));
    }

    [Fact]
    public async Task Find_NoWorker_IsNone()
    {
        var workloads = Open();
        Assert.Null(await FindAsync(workloads));
        var handle = await StartAsync(workloads);
        Kill(handle);
        Assert.Null(await FindAsync(workloads));
        Assert.Null(await FindAsync(Open()));
    }

    [Fact]
    public async Task Watch_AWorkerThatIsDone_SaysAliveAndThenDone()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, handle));
        Finish(handle);
        var done = Assert.IsType<WorkloadSighting.Done>(await LastAsync(workloads, handle));
        Assert.NotEmpty(done.Report.Lines);

        // Whoever comes later sees the same.
        Assert.IsType<WorkloadSighting.Done>(await FirstAsync(Open(), handle));
    }

    [Fact]
    public async Task Watch_AService_SaysEachReadingAndThenItsEnd()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Serve(handle, 9);
        Assert.Equal(9, Assert.IsType<WorkloadSighting.Serving>(await PlayAsync(() => UntilAsync(workloads, handle, 9))).Report.Numbers["lag"]);

        // Another controller sees the newest reading at once.
        var seen = Assert.IsType<WorkloadSighting.Serving>(await FirstAsync(Open(), handle));
        Assert.NotEmpty(seen.Outputs.Data);
        Serve(handle, 2);
        var next = await PlayAsync(() => UntilAsync(workloads, handle, 2));
        Assert.True(next.At > seen.At);
        await StopAsync(workloads, handle);
        Assert.IsType<WorkloadSighting.Stopped>(await LastAsync(workloads, handle));
    }

    [Fact]
    public async Task Watch_ANewerService_DoesNotRepeatWhatTheOlderOneSaid()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Serve(first, 9);
        await PlayAsync(() => UntilAsync(workloads, first, 9));
        Kill(first);
        var second = await StartAsync(workloads);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, second));
    }

    [Fact]
    public async Task Watch_AWorkerThatFails_SaysWhyAndWhetherItMayPass()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Fail(handle);
        var failed = Assert.IsType<WorkloadSighting.Failed>(await LastAsync(workloads, handle));
        Assert.True(failed.IsTransient);
        Assert.NotEmpty(failed.Because.Detail);
    }

    [Fact]
    public async Task Watch_AWorkerThatFindsSomethingElse_SaysWhat()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Refuse(handle);
        var other = Assert.IsType<WorkloadSighting.EvidenceChanged>(await LastAsync(workloads, handle));
        Assert.Equal(["there is more"], other.Evidence.Lines);
        Assert.Equal(Approved.Destroys, other.Evidence.Destroys);
        Assert.IsType<WorkloadSighting.EvidenceChanged>(await FirstAsync(Open(), handle));
    }

    [Fact]
    public async Task Watch_AWorkerThatIsKilled_SaysLost()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, handle));
        Kill(handle);
        Assert.IsType<WorkloadSighting.Lost>(await LastAsync(workloads, handle));
    }

    [Fact]
    public async Task Watch_ByAnotherController_SeesTheEndToo()
    {
        var handle = await StartAsync(Open());
        var other = Open();
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(other, handle));
        Kill(handle);
        Assert.IsType<WorkloadSighting.Lost>(await LastAsync(other, handle));
    }

    [Fact]
    public async Task Watch_AfterAnOlderWorkerWasDone_TakesItsOutcomeForNone()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Finish(first);
        Assert.IsType<WorkloadSighting.Done>(await LastAsync(workloads, first));
        var second = await StartAsync(workloads);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, second));
        Kill(second);
        Assert.IsType<WorkloadSighting.Lost>(await LastAsync(workloads, second));
    }

    [Fact]
    public async Task Stop_AWorker_EndsItWithItsPositionKept()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        await StopAsync(workloads, handle);
        await StopAsync(Open(), handle);
        Assert.IsType<WorkloadSighting.Stopped>(await LastAsync(workloads, handle));
        await StopAsync(workloads, handle);
        Assert.IsType<WorkloadSighting.Stopped>(await LastAsync(workloads, handle));
    }

    [Fact]
    public async Task Stop_AnOlderWorker_LeavesTheNewerAlone()
    {
        var workloads = Open();
        var first = await StartAsync(workloads);
        Kill(first);
        var second = await StartAsync(workloads);
        await StopAsync(workloads, first);
        await AcknowledgedAsync(workloads, second, Other);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, second));
    }

    [Fact]
    public async Task Adopt_AWorker_NeedsItsIdentityItsLifeAndItsLease()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Assert.True(await AdoptAsync(Open(), handle));
        Assert.False(await AdoptAsync(Open(), handle with { Identity = Fingerprint.Of("other work") }));
        Assert.False(await AdoptAsync(Open(), handle with { Token = handle.Token - 1 }));
        Kill(handle);
        Assert.False(await AdoptAsync(Open(), handle));
    }

    [Fact]
    public async Task Adjust_AWorker_IsAcknowledged()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        await AcknowledgedAsync(workloads, handle, Other);
        await AcknowledgedAsync(workloads, handle, "{}");
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, handle));
    }

    [Fact]
    public async Task Anything_OutOfSight_IsNoSightingAndChangesNothing()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        Hide(handle);
        foreach (var one in (IWorkloads[])[workloads, Open()])
        {
            await Assert.ThrowsAsync<WorkloadUnreachableException>(() => FirstAsync(one, handle));
            await Assert.ThrowsAsync<WorkloadUnreachableException>(() => FindAsync(one));
            await Assert.ThrowsAsync<WorkloadUnreachableException>(() => AdoptAsync(one, handle));
            await Assert.ThrowsAsync<WorkloadUnreachableException>(() => StopAsync(one, handle));
            await Assert.ThrowsAsync<WorkloadUnreachableException>(() => StartAsync(one));
        }

        Reveal(handle);
        Assert.Equal(handle, await StartAsync(Open()));
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, handle));
        Finish(handle);
        Assert.IsType<WorkloadSighting.Done>(await LastAsync(workloads, handle));
    }

    [Fact]
    public async Task Watch_WhenTheWorkerGoesOutOfSight_ThrowsAndSeesItAgainLater()
    {
        var workloads = Open();
        var handle = await StartAsync(workloads);
        var isHidden = false;
        await Assert.ThrowsAsync<WorkloadUnreachableException>(() => PlayAsync(async () =>
        {
            await foreach (var sighting in workloads.WatchAsync(handle, Cancelled))
            {
                Assert.IsType<WorkloadSighting.Alive>(sighting);
                isHidden = isHidden || Hidden();
            }

            return isHidden;
        }));
        Reveal(handle);
        Assert.IsType<WorkloadSighting.Alive>(await FirstAsync(workloads, handle));

        bool Hidden()
        {
            Hide(handle);
            return true;
        }
    }

    /// <summary>Another configuration than the one that workers are started with.</summary>
    protected const string Other = """{"targets":{"blue":{"endpoint":"http://blue:9200"}}}""";

    /// <summary>The running test's token.</summary>
    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The identity of the work that the tests are about.</summary>
    protected static Fingerprint Identity { get; } = Fingerprint.Of("the work");

    /// <summary>What was approved of it.</summary>
    protected static StepReport Approved { get; } = new(ImmutableSortedDictionary<string, long>.Empty.Add("documents", 3), ["nothing is there"])
    {
        Destroys = [new(DestructionKind.OverwriteDocuments, "blue", "posts", 3, null, 3) { Item = "posts" }, new(DestructionKind.DeleteIndex, "blue", "users", 1, 2, null)],
    };

    /// <summary>The step that it belongs to.</summary>
    protected const string Step = "shop/posts@blue:backfill";

    private Task<WorkloadHandle> StartAsync(IWorkloads workloads, Fingerprint? identity = null, string step = Step, string configuration = "{}")
    {
        var work = identity ?? Identity;
        var assignment = new WorkloadAssignment("default", 1, StepAddress.Parse(step), 1, new(1, [], [], new(work, work, work)), configuration, ImmutableDictionary<StepAddress, StepOutputs>.Empty) { Approved = Approved };
        return PlayAsync(() => workloads.StartAsync(assignment, Cancelled).AsTask());
    }

    private Task<WorkloadHandle?> FindAsync(IWorkloads workloads) =>
        PlayAsync(() => workloads.FindAsync("default", StepAddress.Parse(Step), Identity, Cancelled).AsTask());

    private Task<bool> AdoptAsync(IWorkloads workloads, WorkloadHandle handle) => PlayAsync(() => workloads.AdoptAsync(handle, Cancelled).AsTask());

    private Task<bool> StopAsync(IWorkloads workloads, WorkloadHandle handle) => PlayAsync(async () =>
    {
        await workloads.StopAsync(handle, Cancelled);
        return true;
    });

    private async Task AcknowledgedAsync(IWorkloads workloads, WorkloadHandle handle, string configuration)
    {
        while (!await PlayAsync(() => workloads.AdjustAsync(handle, configuration, Cancelled).AsTask()))
        {
            // One that is gone never answers.
            Assert.Equal(handle, await FindAsync(workloads));
            await PauseAsync();
        }
    }

    private Task<WorkloadSighting> FirstAsync(IWorkloads workloads, WorkloadHandle handle) => PlayAsync(async () =>
    {
        await foreach (var sighting in workloads.WatchAsync(handle, Cancelled))
        {
            return sighting;
        }

        throw new InvalidOperationException("Nothing was seen.");
    });

    private static async Task<WorkloadSighting.Serving> UntilAsync(IWorkloads workloads, WorkloadHandle handle, long lag)
    {
        await foreach (var sighting in workloads.WatchAsync(handle, Cancelled))
        {
            if (sighting is WorkloadSighting.Serving serving && serving.Report.Numbers["lag"] == lag)
            {
                return serving;
            }
        }

        throw new InvalidOperationException("It ended without saying so.");
    }

    private Task<WorkloadSighting> LastAsync(IWorkloads workloads, WorkloadHandle handle) => PlayAsync(async () =>
    {
        var last = default(WorkloadSighting);
        await foreach (var sighting in workloads.WatchAsync(handle, Cancelled))
        {
            last = sighting;
        }

        return Assert.IsAssignableFrom<WorkloadSighting>(last);
    });
}
