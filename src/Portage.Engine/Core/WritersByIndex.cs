using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Engine.Core;

/// <summary>An index of a target, as the steps of one source see it: theirs may share it, and those of another source, or of another target, are never in each other's way there.</summary>
/// <param name="Source">The name under <c>migrations</c>.</param>
/// <param name="Target">The name under <c>targets</c>.</param>
/// <param name="Index">The index; null for any of them.</param>
internal readonly record struct WorkPlace(string Source, string Target, string? Index)
{
    /// <summary>The place of a step's work in an index.</summary>
    public static WorkPlace Of(StepAddress step, string? index) => new(step.Source, step.Target ?? "", index);
}

/// <summary>Which steps of a session have their work in an index, whatever the cluster. For one thread.</summary>
internal sealed class WritersByIndex
{
    private readonly Dictionary<WorkPlace, HashSet<StepAddress>> _steps = [];

    // Whoever asks about all of an index must not look for them among those of all others.
    private readonly Dictionary<string, HashSet<WorkPlace>> _places = new(StringComparer.Ordinal);

    private readonly HashSet<StepAddress> _unlisted = [];

    public WritersByIndex(IEnumerable<StepRecord> steps)
    {
        foreach (var step in steps)
        {
            Add(step);
        }
    }

    /// <summary>Takes in what became of a step.</summary>
    public void Change(StepRecord? had, StepRecord now)
    {
        if (had is not null && had.HasEffects == now.HasEffects && ReferenceEquals(had.Items, now.Items) && ReferenceEquals(had.Outputs, now.Outputs))
        {
            return;
        }

        foreach (var index in had is null ? [] : Claims.IndicesOf(had))
        {
            var place = WorkPlace.Of(had!.Address, index);
            if (_steps.TryGetValue(place, out var steps) && steps.Remove(had.Address) && steps.Count == 0)
            {
                _steps.Remove(place);
                if (_places[index].Remove(place) && _places[index].Count == 0)
                {
                    _places.Remove(index);
                }
            }
        }

        _unlisted.Remove(now.Address);
        Add(now);
    }

    /// <summary>Steps with work on a target of which an earlier release did not write down in which indices.</summary>
    public IReadOnlyCollection<StepAddress> Unlisted => _unlisted;

    /// <summary>The steps of all sources but one that are in an index.</summary>
    /// <param name="butOf">The source passed over; null for none.</param>
    public IEnumerable<StepAddress> Of(string index, string? butOf) =>
        _places.TryGetValue(index, out var places) ? places.Where(place => place.Source != butOf).SelectMany(At) : [];

    /// <summary>The steps that are in one place.</summary>
    public IEnumerable<StepAddress> At(WorkPlace place) => _steps.GetValueOrDefault(place) ?? Enumerable.Empty<StepAddress>();

    private void Add(StepRecord step)
    {
        if (step is { HasEffects: true, Items: null, Address.Target: not null })
        {
            _unlisted.Add(step.Address);
        }

        foreach (var index in Claims.IndicesOf(step))
        {
            var place = WorkPlace.Of(step.Address, index);
            if (!_steps.TryGetValue(place, out var steps))
            {
                _steps[place] = steps = [];
                _ = _places.TryGetValue(index, out var places) ? places.Add(place) : _places.TryAdd(index, [place]);
            }

            steps.Add(step.Address);
        }
    }
}
