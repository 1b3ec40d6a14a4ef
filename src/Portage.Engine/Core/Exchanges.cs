using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>A slice that begins with an index when another one has given it up.</summary>
/// <param name="Slice">As <c>shop/recent@blue</c>.</param>
/// <param name="Item">The index.</param>
/// <param name="From">The step that is to give it up.</param>
internal sealed record Exchange(string Slice, string Item, StepAddress From);

/// <summary>
/// Slices that wait for each other: each gives up an index only with the change that brings it another one, and that one is to be given up first.
/// Nothing of them could ever begin, so that it is told before a start. Pure.
/// </summary>
internal sealed class Exchanges
{
    private readonly SessionState _session;
    private readonly ImmutableArray<Leaving> _leaving;
    private readonly ILookup<string, WantedStep> _wanted;

    private Exchanges(ImmutableArray<WantedStep> desired, SessionState session)
    {
        _session = session;
        _leaving = [.. desired.Where(step => step.Destroys && step.Address.Target is not null).Select(Of).Where(one => !one.Items.IsEmpty)];
        _wanted = desired.Where(step => step is { IsAbsent: false, ItemEdge: not null } && step.Address.Target is not null).ToLookup(step => SliceOf(step.Address));
    }

    /// <summary>One circle of slices, each of which waits for the next one, and the last for the first; empty where there is none.</summary>
    /// <param name="desired">What the next start wants, present or absent.</param>
    public static ImmutableArray<Exchange> In(ImmutableArray<WantedStep> desired, SessionState session)
    {
        if (session.LeavingInPart.Count == 0)
        {
            return [];
        }

        var exchanges = new Exchanges(desired, session);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var slice in exchanges._leaving.Where(one => !one.Step.IsAbsent).Select(one => SliceOf(one.Step.Address)).Distinct().ToArray())
        {
            if (exchanges.Circle(slice, [], done) is { IsEmpty: false } circle)
            {
                return circle;
            }
        }

        return [];
    }

    /// <summary>The steps of a slice that give up an index with their next change.</summary>
    public static ImmutableArray<StepAddress> GivesUp(ImmutableArray<WantedStep> desired, SessionState session, string slice) =>
        [.. new Exchanges(desired, session)._leaving.Where(one => !one.Step.IsAbsent && SliceOf(one.Step.Address) == slice).Select(one => one.Step.Address)];

    private ImmutableArray<Exchange> Circle(string slice, ImmutableArray<Exchange> path, HashSet<string> done)
    {
        if (path.Select(one => one.Slice).ToList().IndexOf(slice) is >= 0 and var first)
        {
            return path[first..];
        }

        foreach (var (next, exchange) in done.Contains(slice) ? [] : WaitsFor(slice))
        {
            if (Circle(next, path.Add(exchange), done) is { IsEmpty: false } circle)
            {
                return circle;
            }
        }

        done.Add(slice);
        return [];
    }

    /// <summary>The slices whose next change must be looked at before this one's can be, and why.</summary>
    private IEnumerable<(string Slice, Exchange Why)> WaitsFor(string slice) =>
        from step in _wanted[slice]
        from other in _leaving
        where IsBeside(other.Step.Address, step.Address)
        from item in other.Items
        where LeftInPart.IsSelected(step, _session, item)
        from next in Needs(other, item, [])
        select (next, new Exchange(slice, item, other.Step.Address));

    /// <summary>The slices whose next change must be looked at before an item goes.</summary>
    private HashSet<string> Needs(Leaving one, string item, HashSet<StepAddress> seen)
    {
        var needs = new HashSet<string>(StringComparer.Ordinal);
        if (!seen.Add(one.Step.Address))
        {
            return needs;
        }

        var isBegun = Going.IsUnderWay(one.Had, item);
        if (!one.Step.IsAbsent && !isBegun)
        {
            needs.Add(SliceOf(one.Step.Address));
        }

        foreach (var other in _leaving.Where(other => IsBeside(other.Step.Address, one.Step.Address)))
        {
            if (other.Items.FirstOrDefault(one.Items.Contains) is not { } shared)
            {
                continue;
            }

            // What goes whole waits for the approval of what goes with it; and for what is in it to be gone.
            if (one.Step.IsAbsent && !isBegun && !other.Step.IsAbsent && other.Step.Address.Kind == one.Step.Address.Kind && !Going.IsUnderWay(other.Had, shared))
            {
                needs.Add(SliceOf(other.Step.Address));
            }

            if (one.Step.Bears.Contains(other.Step.Address.Kind))
            {
                needs.UnionWith(Needs(other, shared, seen));
            }
        }

        return needs;
    }

    private Leaving Of(WantedStep step)
    {
        if (_session.Steps.GetValueOrDefault(step.Address) is not { HasEffects: true } had)
        {
            return new(step, new(step.Address), []);
        }

        var items = step.IsAbsent ? Claims.WrittenBy(had) : (had.LeavingItems?.Items ?? []).Where(item => had.Items?.ContainsKey(item) == true && !LeftInPart.IsSelected(step, _session, item));
        return new(step, had, [.. items.Except(step.Stays, StringComparer.Ordinal)]);
    }

    private static bool IsBeside(StepAddress one, StepAddress other) => (one.Source, one.Target) == (other.Source, other.Target) && one.Part != other.Part;

    private static string SliceOf(StepAddress step) => $"{step.Source}/{step.Part}@{step.Target}";

    /// <param name="Items">What goes of it with the next start.</param>
    private sealed record Leaving(WantedStep Step, StepRecord Had, ImmutableArray<string> Items);
}
