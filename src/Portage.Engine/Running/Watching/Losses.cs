using Portage.Model.Addresses;

namespace Portage.Engine.Running.Watching;

/// <summary>Counts how often in a row the workers of a step vanished without moving on.</summary>
internal sealed class Losses
{
    /// <summary>A worker that dies five times in a row without moving on will die a sixth time.</summary>
    public const int Max = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Session, StepAddress Step), int> _counts = [];

    /// <summary>One more; one that moved on was bad luck, and the count begins with it.</summary>
    /// <returns>How many in a row.</returns>
    public int Count(Attempt attempt, bool madeProgress)
    {
        lock (_gate)
        {
            return _counts[(attempt.Session, attempt.Step)] = madeProgress ? 1 : _counts.GetValueOrDefault((attempt.Session, attempt.Step)) + 1;
        }
    }

    public void Clear(Attempt attempt)
    {
        lock (_gate)
        {
            _counts.Remove((attempt.Session, attempt.Step));
        }
    }
}
