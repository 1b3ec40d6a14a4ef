using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Killing;

/// <summary>
/// Kills what a step kind does at every moment: before each request, before each answer, and before, in and after each write to
/// its notes. Then a new process begins over the same notes, and the end must be that of an undisturbed pass: object by object,
/// document by document, versions, report and notes. Every kind derives from it.
/// </summary>
public abstract class KillingKit : IAsyncDisposable
{
    private readonly TempFolder _fixture = Fixtures.Unzip("made/es-7.10.2.zip");

    /// <summary>What can be killed.</summary>
    internal abstract IReadOnlyDictionary<string, Story> Stories { get; }

    /// <summary>The repository that is read.</summary>
    internal string Repository => _fixture["repo"];

    /// <summary>Dies once, at every moment of the undisturbed pass.</summary>
    protected async Task DieAtEveryMomentAsync(string name)
    {
        var (moments, expected) = await UndisturbedAsync(name);
        for (var first = 1; first <= moments.Count; first++)
        {
            Equal(expected, await PassAsync(name, [first]), $"Killed {moments[first - 1]}");
        }
    }

    /// <summary>Dies twice, at every moment of the pass and at every moment of what comes after it.</summary>
    protected async Task DieTwiceAtEveryMomentAsync(string name)
    {
        var (moments, expected) = await UndisturbedAsync(name);
        for (var first = 1; first <= moments.Count; first++)
        {
            for (var second = 1; await PassAsync(name, [first, second]) is var (moment, _, end) && moment is not null; second++)
            {
                Equal(expected, (null, null, end), $"Killed {moments[first - 1]}, then {moment}");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _fixture.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private async Task<(List<string> Moments, string Expected)> UndisturbedAsync(string name)
    {
        await using var scene = await BeginAsync(name);
        var process = new KillableProcess(diesAt: 0);
        var report = scene.Act(process, Stories[name].Act);
        Assert.NotEmpty(process.Moments);
        return (process.Moments, report + "\n" + await scene.EndAsync(Stories[name].ComparesVersions));
    }

    /// <returns>The moment of the last death, null when there were fewer; how often the process died; and the end.</returns>
    private async Task<(string? Moment, int? Deaths, string End)> PassAsync(string name, int[] deaths)
    {
        await using var scene = await BeginAsync(name);
        var moment = default(string);
        foreach (var death in deaths)
        {
            var process = new KillableProcess(death);
            if (scene.Act(process, Stories[name].Act) is { } early)
            {
                return (null, null, early + "\n" + await scene.EndAsync(Stories[name].ComparesVersions));
            }

            moment = process.Moments[^1];
        }

        var report = scene.Act(new KillableProcess(diesAt: 0), Stories[name].Act);
        return (moment, deaths.Length, report + "\n" + await scene.EndAsync(Stories[name].ComparesVersions));
    }

    /// <summary>The place of a moment in an undisturbed pass, counted from 1.</summary>
    private protected async Task<int> MomentOfAsync(string name, string moment)
    {
        var (moments, _) = await UndisturbedAsync(name);
        var index = moments.IndexOf(moment);
        Assert.True(index >= 0, $"There is no moment '{moment}' in:\n{string.Join('\n', moments)}");
        return index + 1;
    }

    /// <summary>A world as it is before the story.</summary>
    private protected async Task<Scene> BeginAsync(string name)
    {
        var story = Stories[name];
        var scene = Scene.Of(Scene.ConfigOf(Repository, story.Snapshot, story.Slice), ImmutableDictionary<Portage.Model.Addresses.StepAddress, StepOutputs>.Empty);
        if (story.Snapshot.Existing is not null)
        {
            scene.Do(transport => new SnapshotStep(transport));
        }

        await story.Before(scene);
        return scene;
    }

    private static void Equal(string expected, (string? Moment, int? Deaths, string End) pass, string how) =>
        Assert.True(expected == pass.End, $"{how}, and the end is another one.\n--- undisturbed\n{Differing(expected, pass.End)}\n--- after it\n{Differing(pass.End, expected)}");

    private static string Differing(string text, string other) => string.Join('\n', text.Split('\n').Except(other.Split('\n')).Take(5).Select(line => line.Length > 300 ? line[..300] : line));
}

/// <summary>Something that can be killed.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Before">What was done before, undisturbed; the snapshot is verified already where it exists.</param>
/// <param name="Act">What a process does; its answer is the report.</param>
internal sealed record Story(SliceConfig Slice, Func<Scene, Task> Before, Func<HttpMessageHandler, StepRun, Task<string>> Act)
{
    /// <summary>The snapshot, without its repository.</summary>
    public SnapshotConfig Snapshot { get; init; } = new() { Existing = "second" };

    /// <summary>False where what was not acknowledged before a kill is sent again over itself: the content is the same, the version is not.</summary>
    public bool ComparesVersions { get; init; } = true;

    /// <summary>What a run says in the end. Bytes sent are not compared: what is sent again counts again.</summary>
    public static string Of(StepResult result) => Of(Assert.IsType<StepResult.Done>(result).Report);

    /// <summary>What a report says.</summary>
    public static string Of(StepReport report) =>
        string.Join('\n', report.Numbers.Where(number => number.Key != "bytes").Select(number => $"{number.Key}={number.Value}").Concat(report.Lines).Concat(report.Destroys.Select(destroyed => destroyed.ToString())));
}
