using Portage.Cli.Shell;
using Portage.Configuration;
using Portage.Steps.Connecting;

namespace Portage.Cli.Views;

/// <summary>What connecting to everything configured found.</summary>
internal static class ProbeView
{
    /// <returns>True when all of it can be used.</returns>
    public static async Task<bool> RunAsync(Verb verb, MigrationConfig config, CancellationToken cancellationToken)
    {
        var isGood = true;
        await foreach (var found in Probe.AllAsync(config, verb.Secrets, verb.Time, cancellationToken))
        {
            if (found.Problem is { } problem)
            {
                isGood = false;
                verb.Say(problem);
            }
            else
            {
                await verb.Terminal.Out.WriteLineAsync($"  {verb.Terminal.Paint("ok", Ink.Green)}  {found.Path}  {found.Text}");
            }
        }

        return isGood;
    }
}
