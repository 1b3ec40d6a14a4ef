using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Engine.Ports;

namespace Portage.Steps.Connecting;

/// <summary>Lets a step's progress say while its cluster does not answer.</summary>
internal sealed class SilenceTold
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, ClusterSilence> _silences = [];
    private readonly Action<StepProgress> _publish;
    private StepProgress _last;

    private SilenceTold(Action<StepProgress> publish, string unit) =>
        (_publish, _last) = (publish, new(0, null, unit, null, null, ImmutableSortedDictionary<string, long>.Empty));

    /// <summary>The way to publish progress from now on.</summary>
    /// <param name="publish">Takes progress.</param>
    /// <param name="unit">What the step counts, for as long as it has said nothing.</param>
    public static Action<StepProgress> By(ClusterClient client, Action<StepProgress> publish, string unit)
    {
        var told = new SilenceTold(publish, unit);
        client.Silent = told.Take;
        return told.Publish;
    }

    private void Publish(StepProgress progress)
    {
        lock (_lock)
        {
            _last = progress;
            Tell();
        }
    }

    private void Take(object request, ClusterSilence? silence)
    {
        lock (_lock)
        {
            if (silence is null)
            {
                _silences.Remove(request);
            }
            else
            {
                _silences[request] = silence;
            }

            Tell();
        }
    }

    /// <summary>What the step says itself says more: it knows what it tries again.</summary>
    private void Tell() =>
        _publish(_last.Waiting is null && _silences.Count > 0 ? _last with { Waiting = _silences.Values.MinBy(silence => silence.Since)!.Describe() } : _last);
}
