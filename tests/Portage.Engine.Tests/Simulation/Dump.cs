using System.Text;
using Portage.Engine.Core;
using Portage.Engine.Ledger;

namespace Portage.Engine.Tests.Simulation;

/// <summary>A state as text, without the times, which the ledger gives at the commit and the controller a moment before.</summary>
internal static class Dump
{
    public static string Of(HomeState home)
    {
        var text = new StringBuilder().Append(home.ActiveSession).Append('\n');
        foreach (var session in home.Sessions.Values.OrderBy(session => session.Name, StringComparer.Ordinal))
        {
            text.Append($"{session.Name} pending {session.Pending?.Number} current {session.Current?.Number}\n");
            foreach (var run in session.Runs)
            {
                text.Append($"  run {run.Number} of {run.Revision}: {run.Outcome}\n");
            }

            foreach (var pause in session.Pauses)
            {
                text.Append($"  paused {pause.Pattern}\n");
            }

            foreach (var step in session.Steps.Values.OrderBy(step => step.Address.ToString(), StringComparer.Ordinal))
            {
                text.Append($"  {step.Address} {step.State} run {step.Run} attempt {step.Attempt} claimed {step.IsClaimed} by {step.ConfiguredBy}");
                text.Append($" effects {step.HasEffects} shown {step.Shown?.Short} approved {step.Approved?.Short} review {step.Review?.Why}");
                text.Append($" failure {step.Failure?.Code} retry {step.RetryAt is not null} workload {step.Workload?.Id} {step.Inputs?.Fingerprints} outputs {step.Outputs?.Data}\n");
            }
        }

        return text.ToString();
    }
}
