namespace Portage.Cli.Shell;

/// <summary>What the process says to scripts. Documented in <c>docs/reference/cli.md</c>.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadInput = 2;
    public const int WaitsForApproval = 3;
    public const int NothingToDo = 4;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
