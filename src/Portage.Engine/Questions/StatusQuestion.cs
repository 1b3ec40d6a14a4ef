using Portage.Engine.Core;
using Portage.Engine.Ports;
using Portage.Engine.Status;
using Portage.Planning;

namespace Portage.Engine.Questions;

/// <summary>Where does every step of a session stand?</summary>
public static class StatusQuestion
{
    /// <param name="planner">Knows every step kind.</param>
    /// <param name="sight">What is seen of the session's work.</param>
    /// <param name="now">The time of the look.</param>
    public static StatusReport Answer(Planner planner, Asked asked, WorkSight sight, DateTimeOffset now) =>
        new StatusBuilder(planner) { Places = AtWork.Places(asked.Home, planner) }.Of(asked.Session, sight, now) with { Position = asked.Position };
}
