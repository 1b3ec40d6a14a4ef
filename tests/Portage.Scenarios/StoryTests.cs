using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Every folder beside this file that has a <c>session.txt</c>: <c>UPDATE_GOLDEN=1</c> writes what comes of its commands.</summary>
public sealed class StoryTests
{
    public static TheoryData<string> Stories => [.. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests", "Portage.Scenarios"), "session.txt", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task Session_RunAgain_SaysTheSame(string name)
    {
        var folder = Path.Combine(Checkout.Root, "tests", "Portage.Scenarios", name);
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        var story = new Story(workflow, new Dictionary<string, string> { ["endpoint"] = target.Endpoint, ["folder"] = workflow.Folder, ["program"] = Workflow.Program });
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != "session.txt"))
        {
            await workflow.WriteAsync(Path.GetFileName(file), story.Fill(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        }

        var told = await story.RunAsync(await File.ReadAllTextAsync(Path.Combine(folder, "session.txt"), TestContext.Current.CancellationToken));

        Golden.Verify(told, Path.Combine(name, "session.txt"));
    }
}
