using Portage.Cli.Views;
using Portage.Steps.Connecting;

namespace Portage.Cli.Shell;

/// <summary>Asks clusters and repositories for a verb.</summary>
internal static class Probing
{
    /// <summary>Whoever waits is told of what does not answer for a moment.</summary>
    public static Probe Of(Verb verb) => new(verb.Secrets, verb.Time, new(verb.Time, (path, place) => ValidationView.SaySilent(verb.Terminal, verb.Output, path, place)));
}
