using Portage.Cli.Views;
using Portage.Steps.Connecting;

namespace Portage.Cli.Shell;

/// <summary>Asks clusters and repositories for a verb, and tells whoever waits what comes.</summary>
internal static class Probing
{
    /// <summary>What was found, once all have answered or are not waited for any longer.</summary>
    public static async Task<IReadOnlyList<ProbeResult>> AllAsync(Verb verb, IEnumerable<ProbeAsked> asked, CancellationToken cancellationToken)
    {
        var found = new List<ProbeResult>();
        var watch = new ProbeWatch(verb.Time, (path, place) => ValidationView.SaySlow(verb.Terminal, verb.Output, path, place));
        await foreach (var result in watch.AllAsync(asked, cancellationToken))
        {
            found.Add(result);
            ValidationView.Say(verb.Terminal, verb.Output, result);
        }

        return found;
    }
}
