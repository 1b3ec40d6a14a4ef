using System.Runtime.CompilerServices;

namespace Portage.Sandbox.Tests;

/// <summary>
/// Each folder of <c>Conversations</c> is a conversation, held with a sandbox and with a real OpenSearch: both must say the
/// same, and what the sandbox says is kept as a golden, so that it is checked where there is no real server.
/// </summary>
public sealed class ConversationTests(OneRealServer real) : IClassFixture<OneRealServer>
{
    public static TheoryData<string> Names =>
        [.. new DirectoryInfo(Folder()).EnumerateDirectories().Select(folder => folder.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Sandbox_Conversation_SaysWhatIsRecorded(string name)
    {
        var replies = await HoldWithSandboxAsync(name);
        Golden.Verify(replies, $"Conversations/{name}/replies.txt");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Sandbox_Conversation_SaysWhatTheRealServerSays(string name)
    {
        var server = await real.StartAsync(TestContext.Current.CancellationToken);
        var wanted = await Conversation.HoldAsync(server.Endpoint, Requests(name), TestContext.Current.CancellationToken);
        var differences = Differences(wanted, await HoldWithSandboxAsync(name));
        Assert.True(differences.Count == 0, $"{differences.Count} replies differ.\n\n{string.Join("\n\n", differences)}");
    }

    private static List<string> Differences(string wanted, string got) =>
    [
        .. wanted.Split("\n\n").Zip(got.Split("\n\n")).Where(pair => pair.First != pair.Second)
            .Select(pair => $"real:    {pair.First}\nsandbox: {pair.Second}"),
    ];

    private static async Task<string> HoldWithSandboxAsync(string name)
    {
        await using var cluster = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        return await Conversation.HoldAsync(cluster.Endpoint, Requests(name), TestContext.Current.CancellationToken);
    }

    private static string Requests(string name) => File.ReadAllText(Path.Combine(Folder(), name, "requests.txt"));

    private static string Folder([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "Conversations");
}
