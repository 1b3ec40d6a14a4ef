namespace Portage.Scenarios;

/// <summary>The script <c>workflow</c> in a checkout, with a compiler that only pretends.</summary>
public sealed class ScriptTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();

    private string CheckoutFolder => Path.Combine(_folder.Path, "checkout with blanks");

    private string Bin => Path.Combine(_folder.Path, "bin");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ThroughLinks_BuildsAndRunsInTheCheckout(bool isRelative)
    {
        await using var workflow = new Workflow();
        Prepare(workflow, "mkdir -p artifacts/workflow; printf '#!/bin/sh\\necho \"ran $*\"\\n' > artifacts/workflow/workflow; chmod +x artifacts/workflow/workflow");
        var first = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "opt")).FullName, "portage");
        File.CreateSymbolicLink(first, isRelative ? "../checkout with blanks/workflow" : Path.Combine(CheckoutFolder, "workflow"));
        var link = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "links")).FullName, "workflow");
        File.CreateSymbolicLink(link, isRelative ? "../opt/portage" : first);

        var built = (await workflow.ShellAsync($"cd /; '{link}' status -o json")).Expect(0);
        var again = (await workflow.ShellAsync($"cd /; '{link}' plan")).Expect(0);

        Assert.Equal("Building Portage (once; a minute or two) ...\nran status -o json\n", built.Out);
        Assert.Equal("ran plan\n", again.Out);
        Assert.Equal(["workflow"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(link)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Console_InBothWorlds_AnswersOrStepsAside()
    {
        await using var workflow = new Workflow();
        Prepare(workflow, "mkdir -p artifacts/workflow; printf '#!/bin/sh\\necho \"ran $*\"\\n' > artifacts/workflow/workflow; chmod +x artifacts/workflow/workflow");
        File.Copy(Path.Combine(Checkout.Root, "console"), Path.Combine(CheckoutFolder, "console"));
        File.CreateSymbolicLink(Path.Combine(Bin, "console"), Path.Combine(CheckoutFolder, "console"));

        (await workflow.ShellAsync("console clusters cat-indices")).Expect(0).Says("ran console clusters cat-indices\n");
        (await workflow.ShellAsync("PORTAGE_WORLD=console console clusters")).Expect(2).Says("no other console is on the PATH");
        var older = Directory.CreateDirectory(Path.Combine(_folder.Path, "older")).FullName;
        await File.WriteAllTextAsync(Path.Combine(older, "console"), "#!/bin/sh\necho \"the older one: $*\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Path.Combine(older, "console"), Executable);
        Assert.Equal("the older one: clusters a b\n", (await workflow.ShellAsync($"PATH=\"$PATH:{older}\" PORTAGE_WORLD=console console clusters 'a b'")).Expect(0).Out);
    }

    [Fact]
    public async Task Run_BuildFails_ShowsTheErrorsAndWhereTheRestIs()
    {
        await using var workflow = new Workflow();
        Prepare(workflow, "echo restoring; echo 'Program.cs(1,1): error CS1002: ; expected'; exit 1");

        var ran = (await workflow.ShellAsync($"'{CheckoutFolder}/workflow' status")).Expect(1);

        Assert.Contains("\nProgram.cs(1,1): error CS1002: ; expected\nerror: the build failed; all of its output is in ", ran.Out, StringComparison.Ordinal);
        Assert.Contains("restoring", await File.ReadAllTextAsync(Path.Combine(CheckoutFolder, "artifacts", "build.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OnATerminal_ShowsHowLongAndWhatIsBuilt()
    {
        if (!File.Exists("/usr/bin/script"))
        {
            Assert.Skip("No terminal: /usr/bin/script of util-linux is not there.");
        }

        await using var workflow = new Workflow();

        // The compiler waits until the test has seen the line that it is about.
        Prepare(workflow, "echo '  Portage.Model -> somewhere'; until [ -e seen ]; do sleep 0.1; done; mkdir -p artifacts/workflow; printf '#!/bin/sh\\necho ran\\n' > artifacts/workflow/workflow; chmod +x artifacts/workflow/workflow");
        workflow.With("TERM", "xterm");

        await using var going = workflow.StartOther("/usr/bin/script", "--quiet", "--return", "--command", $"'{CheckoutFolder}/workflow'", "/dev/null");
        await going.SaysAsync(" s  Portage.Model");
        await File.WriteAllTextAsync(Path.Combine(CheckoutFolder, "seen"), "", TestContext.Current.CancellationToken);

        var ran = (await going.EndAsync()).Expect(0);
        Assert.EndsWith("\r\u001b[Kran\r\n", ran.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', ran.Out[..ran.Out.IndexOf("ran", StringComparison.Ordinal)]);
    }

    /// <summary>A checkout with the script, and a compiler on the PATH that does this there.</summary>
    private void Prepare(Workflow workflow, string compiler)
    {
        Directory.CreateDirectory(Path.Combine(CheckoutFolder, "src"));
        Directory.CreateDirectory(Bin);
        File.Copy(Path.Combine(Checkout.Root, "workflow"), Path.Combine(CheckoutFolder, "workflow"));
        foreach (var name in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"])
        {
            File.WriteAllText(Path.Combine(CheckoutFolder, name), "");
        }

        File.WriteAllText(Path.Combine(Bin, "dotnet"), $"#!/bin/sh\ncd '{CheckoutFolder}'\n{compiler}\n");
        File.SetUnixFileMode(Path.Combine(Bin, "dotnet"), Executable);
        workflow.With("PATH", $"{Bin}:{Environment.GetEnvironmentVariable("PATH")}");
    }
}
