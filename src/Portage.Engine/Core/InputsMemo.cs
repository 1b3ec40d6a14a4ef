using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;

namespace Portage.Engine.Core;

/// <summary>
/// Remembers what can be worked out once for a set of wanted steps, so that deciding again costs neither hashing nor
/// searching. For one thread.
/// </summary>
public sealed class InputsMemo
{
    private readonly Dictionary<string, GatePredicate> _predicates = new(StringComparer.Ordinal);
    private ImmutableArray<WantedStep> _wanted = [];
    private Dictionary<StepAddress, int> _places = [];
    private int[][] _before = [];
    private int[][] _after = [];
    private int[][] _restingOn = [];
    private int[][] _standsOn = [];
    private Entry?[] _entries = [];

    /// <summary>Remembers nothing yet.</summary>
    public InputsMemo() => Standings = new(_wanted, this);

    /// <summary>Turns to a set of steps; what is remembered of another one is forgotten.</summary>
    internal void Turn(ImmutableArray<WantedStep> wanted)
    {
        if (wanted == _wanted)
        {
            return;
        }

        _wanted = wanted;
        _places = new(wanted.Length);
        for (var place = 0; place < wanted.Length; place++)
        {
            _places[wanted[place].Address] = place;
        }

        // What is to be absent waits for nothing before it; only what stands on it, and what it stands on, are in each other's way.
        _before = [.. wanted.Select(step => step.IsAbsent ? [] : step.Edges.Select(edge => _places[edge.Upstream]).ToArray())];
        _standsOn = [.. wanted.Select(step => step.Edges.Where(edge => IsInTheWay(step, edge) && _places.ContainsKey(edge.Upstream)).Select(edge => _places[edge.Upstream]).ToArray())];
        _restingOn = Following(IsInTheWay);
        _after = Following(static (_, _) => true);
        _entries = new Entry?[wanted.Length];
        Standings = new(wanted, this);
    }

    /// <summary>Where the steps stood when that was last asked, kept for the next time.</summary>
    internal KeptStandings Standings { get; private set; }

    /// <summary>True when the step is wanted.</summary>
    internal bool Contains(StepAddress step) => _places.ContainsKey(step);

    /// <summary>The place of a step among those that are wanted; null when it is not.</summary>
    internal int? PlaceOf(StepAddress step) => _places.TryGetValue(step, out var place) ? place : null;

    /// <summary>The places of the steps that have this one before them, each once.</summary>
    internal ReadOnlySpan<int> After(int place) => _after[place];

    /// <summary>The places of the steps before one, in the order of its edges.</summary>
    internal ReadOnlySpan<int> Before(int place) => _before[place];

    /// <summary>The places of the steps whose work stands on that of one.</summary>
    internal ReadOnlySpan<int> RestingOn(int place) => _restingOn[place];

    /// <summary>The places of the steps whose work that of one stands on, also where it is to be absent.</summary>
    internal ReadOnlySpan<int> StandsOn(int place) => _standsOn[place];

    /// <summary>What the step works with, given what the settled steps left.</summary>
    /// <param name="settled">By place; those before the step are all there.</param>
    internal StepInputs Of(int place, ImmutableArray<OutputPart>[] settled)
    {
        var (step, before) = (_wanted[place], _before[place]);
        if (_entries[place] is { } entry && IsSame(before, entry.Outputs, settled))
        {
            return entry.Inputs;
        }

        var consumed = ImmutableArray.CreateBuilder<ConsumedOutput>();
        for (var edge = 0; edge < before.Length; edge++)
        {
            if (step.Edges[edge].Group is not null)
            {
                consumed.Add(Fingerprinting.Consume(step.Edges[edge], settled[before[edge]]));
            }
        }

        var inputs = Fingerprinting.Of(step, consumed.ToImmutable());
        _entries[place] = new([.. before.Select(upstream => settled[upstream])], inputs);
        return inputs;
    }

    /// <summary>A gate's predicate, which was checked when the configuration was read.</summary>
    internal GatePredicate Predicate(string text)
    {
        if (!_predicates.TryGetValue(text, out var predicate))
        {
            _ = GatePredicate.TryParse(text, out predicate, out _);
            _predicates[text] = predicate!;
        }

        return predicate!;
    }

    /// <summary>True where what is before must not go while the step's work is there. What is to be absent may need all of it to be taken back.</summary>
    private static bool IsInTheWay(WantedStep step, InputEdge edge) => edge.RestsOn || step.IsAbsent;

    private int[][] Following(Func<WantedStep, InputEdge, bool> which)
    {
        var following = new List<int>?[_wanted.Length];
        for (var place = 0; place < _wanted.Length; place++)
        {
            foreach (var edge in _wanted[place].Edges)
            {
                // What stood before a step that is to be absent may be wanted no longer either.
                if (!which(_wanted[place], edge) || !_places.TryGetValue(edge.Upstream, out var upstream))
                {
                    continue;
                }

                var places = following[upstream] ??= [];
                if (places.Count == 0 || places[^1] != place)
                {
                    places.Add(place);
                }
            }
        }

        return [.. following.Select(places => places?.ToArray() ?? [])];
    }

    // ImmutableArray compares by reference, which is what makes this cheap: outputs are replaced whole.
    private static bool IsSame(int[] before, ImmutableArray<OutputPart>[] then, ImmutableArray<OutputPart>[] settled)
    {
        for (var edge = 0; edge < before.Length; edge++)
        {
            if (then[edge] != settled[before[edge]])
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Entry(ImmutableArray<OutputPart>[] Outputs, StepInputs Inputs);
}
