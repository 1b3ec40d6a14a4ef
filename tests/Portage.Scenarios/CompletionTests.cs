namespace Portage.Scenarios;

/// <summary>What shells are told could follow.</summary>
public sealed class CompletionTests
{
    [Fact]
    public async Task Complete_AnyPlace_OffersWhatCanFollow()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        (await workflow.RunAsync("session", "create", "prod")).Expect(0);

        await OffersAsync(workflow, ["sandbox", "session", "snapshot", "start", "status", "stop"], "s");
        await OffersAsync(workflow, ["--follow", "--json", "--since", "--tail", "--help", "--output", "--session", "--yaml"], "log", "--");
        await OffersAsync(workflow, ["default", "prod"], "session", "switch", "");
        await OffersAsync(workflow, ["session=default"], "session=d");
        await OffersAsync(workflow, ["prod"], "--session", "p");
        await OffersAsync(workflow, ["json", "text", "yaml"], "status", "-o", "");
        await OffersAsync(workflow, [], "configure", "--file", "");
        await OffersAsync(workflow, ["shop/orders", "shop/orders@blue", "shop/orders@blue:backfill", "shop/orders@blue:metadata", "shop/orders@blue:validate"], "session=default", "explain", "shop/o");
        await OffersAsync(workflow, ["blue"], "--session", "default", "cluster", "curl", "");
        await OffersAsync(workflow, ["bash", "fish", "zsh"], "completion", "");
        await OffersAsync(workflow, ["configure"], "help", "conf");
        await OffersAsync(workflow, [], "controlle");
        await OffersAsync(workflow, [], "explain", "shop");
    }

    [Fact]
    public async Task Complete_NothingConfigured_OffersVerbsAndLeavesNoHome()
    {
        await using var workflow = new Workflow();

        await OffersAsync(workflow, ["pause"], "pa");
        await OffersAsync(workflow, [], "pause", "");

        Assert.False(Directory.Exists(workflow.Home));
    }

    [Theory]
    [InlineData("workflow session=default explain shop/orders@b", "blue blue:backfill blue:metadata blue:validate")]
    [InlineData("workflow explain shop/orders@blue:b", "backfill")]
    [InlineData("workflow pla", "plan")]
    [InlineData("workflow session ", "copy create delete list rename show switch")]
    public async Task BashScript_InBash_CompletesAfterItsWordBreaks(string line, string expected)
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));

        // The words that bash itself would make of the line do not matter to the script, which reads the line.
        var ran = await workflow.ShellAsync($$"""eval "$(workflow completion bash)"; COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; _workflow_complete; echo "${COMPREPLY[*]}"; complete -p workflow""");

        Assert.Equal($"{expected}\ncomplete -o default -F _workflow_complete workflow\n", ran.Expect(0).Out);
    }

    [Theory]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Script_OfAnotherShell_IsReadByIt(string shell, string check)
    {
        await using var workflow = new Workflow();
        var script = (await workflow.RunAsync("completion", shell)).Expect(0).Out;
        Assert.Contains(" complete ", script, StringComparison.Ordinal);
        if ((await workflow.ShellAsync($"command -v {shell}")).ExitCode != 0)
        {
            Assert.Skip($"{shell} is not installed.");
        }

        await workflow.WriteAsync("script", script);
        (await workflow.ShellAsync($"{shell} {check} script")).Expect(0);
    }

    [Theory]
    [InlineData("fish", "source script; complete -C 'workflow sta'")]
    [InlineData("zsh", "words=(workflow sta); CURRENT=2; compadd() { print -rl -- ${(P)2} }; compdef() { : }; source ./script; _workflow")]
    public async Task Script_OfAnotherShell_OffersTheVerbs(string shell, string line)
    {
        await using var workflow = new Workflow();
        if ((await workflow.ShellAsync($"command -v {shell}")).ExitCode != 0)
        {
            Assert.Skip($"{shell} is not installed.");
        }

        await workflow.WriteAsync("script", (await workflow.RunAsync("completion", shell)).Expect(0).Out);
        await workflow.WriteAsync("line", line);

        // The script runs the word before, so it must be found by that name.
        Directory.CreateDirectory(workflow["bin"]);
        File.CreateSymbolicLink(workflow["bin/workflow"], Workflow.Program);
        var ran = (await workflow.ShellAsync($"PATH=\"$PWD/bin:$PATH\" HOME=\"$PWD\" {shell} line")).Expect(0);

        Assert.Equal(["start", "status"], ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(offered => offered.Split('\t')[0]).Order(StringComparer.Ordinal));
    }

    private static async Task OffersAsync(Workflow workflow, string[] expected, params string[] words) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await workflow.RunAsync(["complete", .. words])).Expect(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
