using System.Collections.Immutable;
using Portage.Cli.Views;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Shell;

/// <summary>
/// This program and the older console of opensearch-migrations have verbs in common and are different worlds. <c>PORTAGE_WORLD</c> says
/// in which one a shell is: <c>portage</c>, which it is when the variable is not set, or <c>console</c>.
/// </summary>
internal static class World
{
    public const string Variable = "PORTAGE_WORLD";
    public const string Ours = "portage";
    public const string Older = "console";

    // What may be asked in any world: it touches neither a home nor a cluster.
    private static readonly ImmutableArray<string> Harmless = ["--version", "version", "--help", "-h", "help", "completion", Completion.Candidates.Word, OlderConsole.Word];

    /// <summary>Null where this program is meant; otherwise what to run instead.</summary>
    public static Diagnostic? WhyNotHere(string? world, IReadOnlyList<string> arguments)
    {
        if (string.IsNullOrEmpty(world) || world == Ours || (arguments.Count > 0 && Harmless.Contains(arguments[0])))
        {
            return null;
        }

        var line = $"{Variable}={Ours} {string.Join(' ', (string[])["workflow", .. arguments])}";
        return world == Older
            ? DiagnosticCatalog.AnotherWorld.Error(null, $"{Variable} says that this shell belongs to the console of opensearch-migrations, whose workflow is another program; Portage would act on a home of its own. If Portage is meant, say so.") with { Command = line }
            : DiagnosticCatalog.AnotherWorld.Error(null, $"{Variable} is '{world}'; it can be {Ours} or {Older}.") with { DidYouMean = DidYouMean.Among(world, [Ours, Older]), Command = line };
    }

    /// <summary>Says it.</summary>
    /// <returns>The exit code.</returns>
    public static int Say(Terminal terminal, Diagnostic why)
    {
        DiagnosticView.Write(terminal, why);
        return ExitCode.BadInput;
    }
}
