using Portage.Cli.Commands;
using Portage.Cli.Shell;
using Portage.Engine.Looking;
using Portage.Model.Addresses;

namespace Portage.Scenarios;

/// <summary><c>--help</c> is for those who do not know yet what to type.</summary>
public sealed class HelpTests
{
    [Theory]
    [InlineData("configure add")]
    [InlineData("configure update")]
    [InlineData("configure remove")]
    [InlineData("configure revert")]
    [InlineData("session create")]
    [InlineData("session copy")]
    [InlineData("session rename")]
    [InlineData("session switch")]
    [InlineData("session delete")]
    [InlineData("snapshot list")]
    [InlineData("snapshot inspect")]
    [InlineData("snapshot documents")]
    [InlineData("cluster curl")]
    [InlineData("credentials create")]
    [InlineData("credentials delete")]
    [InlineData("completion")]
    [InlineData("collect")]
    [InlineData("session")]
    [InlineData("status")]
    public async Task Help_OfAVerbWithoutItsArguments_IsShown(string verb)
    {
        await using var workflow = new Workflow();
        foreach (var option in (string[])["--help", "-h"])
        {
            var ran = (await workflow.RunAsync([.. verb.Split(' '), option])).Expect(0).Says($"workflow {verb}", "Usage:");
            Assert.DoesNotContain("PG5012", ran.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_BesideWhatIsTooMuch_IsShownAndOfNoVerbIsRefused()
    {
        await using var workflow = new Workflow();
        (await workflow.RunAsync("start", "--atach", "--help")).Expect(0).Says("workflow start [options]");
        (await workflow.RunAsync("colect", "--help")).Expect(2).Says("workflow has no verb 'colect'.", "Did you mean 'collect'?");
    }

    [Fact]
    public async Task Help_OfAVerbThatTakesSteps_NamesTheArgumentAndListsNoStep()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        (await workflow.RunAsync("session", "create", "prod", "--help")).Expect(0);
        foreach (var verb in (string[])["explain", "collect", "pause", "approve", "log", "cluster curl", "session switch", "help"])
        {
            var ran = (await workflow.RunAsync([.. verb.Split(' '), "--help"])).Expect(0).Says("Arguments:\n  <");
            Assert.DoesNotContain('|', ran.Out.Replace("text|json|yaml", "", StringComparison.Ordinal));
            Assert.DoesNotContain("shop/orders@blue:backfill>", ran.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Plan_ThatWaitsForAnAnswer_SaysForWhatOnATerminalOnly()
    {
        foreach (var isTerminal in (bool[])[true, false])
        {
            using var error = new StringWriter { NewLine = "\n" };
            var terminal = new Terminal(TextReader.Null, TextWriter.Null, error, inputIsTerminal: false, outputIsTerminal: false, hasColor: false) { ErrorIsTerminal = isTerminal };
            var (time, made) = (new VirtualTime(), new TaskCompletionSource());
            var saying = PlanCommand.SayWhatIsAskedAsync(terminal, time, () => [StepAddress.Parse("shop/a@blue:metadata"), StepAddress.Parse("shop/b@blue:metadata")], made.Task);
            Assert.Equal(isTerminal, time.Advance());
            await saying;
            Assert.Equal(isTerminal ? $"Looking at what shop/a@blue:metadata and 1 more would do; given up {PlanReports.AnswersWithin.TotalSeconds:0} s after it began.\n" : "", error.ToString());
        }
    }

    [Fact]
    public async Task Plan_ThatIsThereAtOnce_SaysNothingOfWaiting()
    {
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, TextWriter.Null, error, inputIsTerminal: false, outputIsTerminal: false, hasColor: false) { ErrorIsTerminal = true };
        await PlanCommand.SayWhatIsAskedAsync(terminal, new VirtualTime(), () => [StepAddress.Parse("shop/a@blue:metadata")], Task.CompletedTask);
        Assert.Equal("", error.ToString());
    }
}
