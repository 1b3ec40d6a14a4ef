using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Engine.Core;

/// <summary>Which steps of a session have their work in an index, whatever the cluster. For one thread.</summary>
internal sealed class WritersByIndex
{
    // By source: the steps of one source may share an index, and are passed over together.
    private readonly Dictionary<string, Dictionary<string, HashSet<StepAddress>>> _writers = new(StringComparer.Ordinal);

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
            if (_writers.TryGetValue(index, out var sources) && sources.TryGetValue(had!.Address.Source, out var steps) && steps.Remove(had.Address) && steps.Count == 0)
            {
                sources.Remove(had.Address.Source);
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
        _writers.TryGetValue(index, out var sources) ? sources.Where(source => source.Key != butOf).SelectMany(source => source.Value) : [];

    private void Add(StepRecord step)
    {
        if (step is { HasEffects: true, Items: null, Address.Target: not null })
        {
            _unlisted.Add(step.Address);
        }

        foreach (var index in Claims.IndicesOf(step))
        {
            if (!_writers.TryGetValue(index, out var sources))
            {
                _writers[index] = sources = new(StringComparer.Ordinal);
            }

            if (!sources.TryGetValue(step.Address.Source, out var steps))
            {
                sources[step.Address.Source] = steps = [];
            }

            steps.Add(step.Address);
        }
    }
}
