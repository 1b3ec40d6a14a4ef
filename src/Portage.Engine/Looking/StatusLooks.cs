using Portage.Engine.Core;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;
using Portage.Planning;

namespace Portage.Engine.Looking;

/// <summary>Answers where every step of a session stands, so that what is recorded and what is seen go together.</summary>
/// <remarks>
/// Both are looked at one after the other. A run may have ended, and its controller with it, after it was read that it is under way: that
/// nobody is there is therefore told only after another reading that knows of nothing new.
/// </remarks>
public static class StatusLooks
{
    /// <param name="planner">Knows every step kind.</param>
    /// <param name="home">What is recorded and seen.</param>
    /// <param name="asked">What was read of it; takes in the news that the answer needs.</param>
    /// <param name="time">The clock.</param>
    public static async ValueTask<StatusReport> AnswerAsync(Planner planner, IHome home, Asked asked, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var sight = await home.LookAsync(asked.Session, cancellationToken);
            if (!SomebodyIsMissing(asked.Session, sight) || !await HasNewsAsync(home, asked, cancellationToken))
            {
                return StatusQuestion.Answer(planner, asked, sight, time.GetUtcNow());
            }
        }
    }

    private static bool SomebodyIsMissing(SessionState session, WorkSight sight) =>
        (sight.Controller is null && session.NeedsController)
        || session.Steps.Values.Any(step => step.Workload is not null && sight.Of(step.Address) is { IsAlive: false, HasEnded: false });

    private static async ValueTask<bool> HasNewsAsync(IHome home, Asked asked, CancellationToken cancellationToken)
    {
        var known = asked.Position;
        await home.FollowAsync(asked.Home, cancellationToken);
        return asked.Position != known;
    }
}
