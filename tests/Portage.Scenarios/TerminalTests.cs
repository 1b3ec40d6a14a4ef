using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>What is different on a terminal: <c>script</c> of util-linux makes one.</summary>
public sealed class TerminalTests
{
    private const char Escape = '\u001b';

    [Fact]
    public async Task Configure_EditorFails_SaysSoAndKeepsTheText()
    {
        await using var workflow = new Workflow();
        workflow.With("EDITOR", "echo 'targets: {}' >> \"$1\"; false");

        var ran = (await OnTerminalAsync(workflow, "", "configure")).Expect(1).Says("PG5008", "nothing was changed", "The text is kept in");

        Assert.Contains(Path.Combine(workflow.Home, "configuration.yaml"), ran.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(workflow.Home, "configuration.yaml")));
    }

    [Fact]
    public async Task Configure_NoEditor_SaysSo()
    {
        await using var workflow = new Workflow();

        (await OnTerminalAsync(workflow, "", "configure")).Expect(2).Says("PG5008", "Neither VISUAL nor EDITOR names an editor.");
    }

    [Fact]
    public async Task Configure_Editor_EditsWhatIsPending()
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        await workflow.WriteAsync("new.yaml", Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        workflow.With("EDITOR", "cp new.yaml");

        (await OnTerminalAsync(workflow, "", "configure")).Expect(0).Says("Revision 1 is pending.");
        (await OnTerminalAsync(workflow.With("EDITOR", "sed -i s/nightly/weekly/"), "", "configure")).Expect(0).Says("Revision 2 is pending.");
        (await OnTerminalAsync(workflow.With("EDITOR", "true"), "", "configure")).Expect(0).Says("Nothing changed.");

        (await workflow.RunAsync("configure", "diff", "1", "2")).Expect(0).Says("\"nightly\" → \"weekly\"");
    }

    [Fact]
    public async Task Configure_EditorLeavesErrors_AsksAndKeepsTheText()
    {
        await using var workflow = new Workflow();
        workflow.With("EDITOR", "echo 'tragets: {}' >");

        (await OnTerminalAsync(workflow, "n\n", "configure")).Expect(2).Says("PG1002", "Did you mean 'targets'?", "Edit it again?", "The text is kept in");
    }

    [Fact]
    public async Task ConfigureFromStandardInput_Terminal_IsRefusedInsteadOfWaiting()
    {
        await using var workflow = new Workflow();

        (await OnTerminalAsync(workflow, "", "configure --file -")).Expect(2).Says("PG5010", "nothing is piped into it");
    }

    [Fact]
    public async Task Approve_Terminal_ShowsAMenu()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);

        (await OnTerminalAsync(workflow, "7\n\n", "approve")).Expect(0).Says("'7' is no choice", "Nothing was decided.");
        (await OnTerminalAsync(workflow, "1-2\nq\n", "approve")).Expect(0).Says("'1-2' is no choice", "Nothing was decided.");
        (await OnTerminalAsync(workflow, "1\n", "approve")).Expect(0).Says("Approved shop/orders@blue:metadata.");

        (await workflow.RunAsync("start", "--attach")).Expect(0);
    }

    [Fact]
    public async Task ApproveMenu_EvidenceFillsTheScreen_EndsWithTheNumbers()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        var configuration = Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }").Replace("[\"orders-*\", \"customers\"]", "[\"orders-*\"]", StringComparison.Ordinal);
        await Samples.CommitAsync(workflow, $"{configuration}      people: {{ indices: {{ include: [customers] }}, metadata: {{ approve: manual }} }}\n");
        (await workflow.RunAsync("start", "--attach")).Expect(3);

        var small = (await OnTerminalAsync(workflow, "q\n", "approve", "stty rows 6 cols 80; ")).Expect(0);
        Assert.Contains("\n\n1. shop/orders@blue:metadata\n2. shop/people@blue:metadata\nApprove which?", Plain(small.Out), StringComparison.Ordinal);
        var large = (await OnTerminalAsync(workflow, "1-2\n", "approve", "stty rows 60 cols 120; ")).Expect(0).Says("Approved shop/orders@blue:metadata", "shop/people@blue:metadata");
        Assert.DoesNotContain("\n\n1. ", Plain(large.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextSet_Terminal_ShowsTheSlicesAndWhereTheyStand()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);

        (await OnTerminalAsync(workflow, "2\nq\n", "context set")).Expect(0).Says("1. blue -> shop -> orders [under review]", "'2' is no choice: 1 to 1.", "The context is as it was.");
        (await OnTerminalAsync(workflow, "1\n", "context set")).Expect(0).Says("Context of session default: shop/orders@blue.");

        Assert.Equal("[default|blue|shop|orders]\n", (await workflow.RunAsync("prompt")).Expect(0).Out);
    }

    [Fact]
    public async Task Questions_Terminal_DoNothingWhenTheAnswerIsNo()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        await workflow.WriteAsync("empty.yaml", "{}");
        (await workflow.PipeAsync(Samples.Configuration(target.Endpoint, workflow["repository"]), "configure", "--file", "-")).Expect(0);

        (await OnTerminalAsync(workflow, "n\n", "configure --file empty.yaml")).Expect(2).Says("It configures nothing, where there are 1 target and 1 migration now", "Nothing was changed.");
        (await OnTerminalAsync(workflow, "n\n", "session delete default")).Expect(2).Says("an edit that was never committed: revision 1", "Nothing was deleted.");
        (await OnTerminalAsync(workflow, "n\n", "cluster curl blue PUT /scratch")).Expect(2).Says($"PUT /scratch goes to target blue ({target.Endpoint}).", "Nothing was sent.");
        Assert.Empty(target.Indices);

        (await OnTerminalAsync(workflow, "y\n", "cluster curl blue PUT /scratch")).Expect(0);
        (await OnTerminalAsync(workflow, "", "cluster curl blue DELETE /scratch --yes")).Expect(0);
        (await OnTerminalAsync(workflow, "y\n", "configure --file empty.yaml")).Expect(0).Says("Revision 2 is pending.");
        (await OnTerminalAsync(workflow, "y\n", "session delete default")).Expect(0).Says("Deleted session default.");
    }

    [Fact]
    public async Task Status_Terminal_HasColorsUnlessTheyAreUnwanted()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        workflow.With("TERM", "xterm-256color");

        Assert.Contains($"{Escape}[1mSession", (await OnTerminalAsync(workflow, "", "status")).Expect(0).Out, StringComparison.Ordinal);
        Assert.Contains("\nPending (", Plain((await OnTerminalAsync(workflow.With("NO_COLOR", "1"), "", "status")).Expect(0).Out), StringComparison.Ordinal);
        Assert.Contains("\nPending (", Plain((await OnTerminalAsync(workflow.With("NO_COLOR", null).With("TERM", "dumb"), "", "status")).Expect(0).Out), StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, (await workflow.With("TERM", "xterm-256color").RunAsync("status")).Expect(0).Out);
    }

    [Theory]
    [InlineData("workflow snapshot documents nightly --repository repository | head -1 | cut -c1-9; echo ${PIPESTATUS[0]}", "{\"index\":\n0\n")]
    [InlineData("workflow snapshot inspect nightly --repository repository --output json | head -1; echo ${PIPESTATUS[0]}", "{\n0\n")]
    [InlineData("workflow --help | head -1; echo ${PIPESTATUS[0]}", "Portage moves a search cluster: declare where the data should end up, see the plan, start it.\n0\n")]
    public async Task Run_ReaderOfThePipeLeaves_EndsInPeace(string line, string expected)
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);

        Assert.Equal(expected, (await workflow.ShellAsync(line)).Out);
    }

    [Fact]
    public async Task Start_IntoAPipe_DoesNotHoldItOpen()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));

        // The controller outlives the start; cat must not wait for it.
        (await workflow.ShellAsync("workflow start | cat")).Expect(0).Says("Started run 1");
        Assert.NotNull(workflow.Find("controller"));
    }

    private static string Plain(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    internal static async Task<Ran> OnTerminalAsync(Workflow workflow, string typed, string arguments, string before = "")
    {
        if (!File.Exists("/usr/bin/script"))
        {
            Assert.Skip("No terminal: /usr/bin/script of util-linux is not there.");
        }

        await using var going = workflow.StartOther("/usr/bin/script", "--quiet", "--return", "--command", $"{before}\"$WORKFLOW\" {arguments}", "/dev/null");
        await going.TypeAsync(typed);
        return await going.EndAsync();
    }
}
