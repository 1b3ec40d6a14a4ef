using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Operations;

/// <summary>What can be taken back together, of what nobody wants any more: asked before anything is asked for, and by whoever lists what is left. Pure.</summary>
internal sealed class Collecting
{
    private const int NamesMax = 3;

    private readonly SessionState _session;
    private readonly ImmutableArray<WantedStep> _steps;
    private readonly GoingGrounds _grounds;
    private readonly WantedStep[] _begun;
    private readonly Lazy<(ILookup<StepAddress, Claim> Own, ILookup<(string Cluster, string Index), Claim> ByIndex)> _claims;

    /// <param name="home">Everybody's work.</param>
    /// <param name="steps">Those that the configuration wants.</param>
    public Collecting(Planner planner, HomeState home, SessionState session, ImmutableArray<WantedStep> steps)
    {
        (_session, _steps, _grounds) = (session, steps, new(planner, session, steps));
        Parts = LeftInPart.Of(planner, Desired.Of(planner, steps, session, run: 0), session).ToDictionary(part => part.Step);
        _begun = [.. _grounds.Begun.All.Where(step => Left.Contains(step.Address))];
        _claims = new(() =>
        {
            var claims = Consent.AllOf(home, planner);
            return (claims.Where(claim => claim.Session == session.Name && claim.IsOfWork).ToLookup(claim => claim.Step), claims.ToLookup(claim => (claim.Cluster, claim.Index)));
        });
    }

    /// <summary>Steps that nobody wants any more.</summary>
    public IReadOnlySet<StepAddress> Left => _grounds.Left;

    /// <summary>What is left behind of steps that are wanted.</summary>
    public IReadOnlyDictionary<StepAddress, LeftPart> Parts { get; }

    /// <summary>What would go of what was asked for before, and of this.</summary>
    public Going Going(Collected what) => new(
        _grounds,
        [.. _session.Leaving, .. what.Whole],
        [.. Core.Going.AskedInPart(_session, _steps, run: 0), .. what.InPart.Select(step => KeyValuePair.Create(step, LeftOf(step)))]);

    /// <summary>The steps of it, each after those that it depended on.</summary>
    public IEnumerable<StepAddress> InOrder(Collected what) =>
        [.. _begun.Select(step => step.Address).Where(what.Whole.Contains), .. _steps.Select(step => step.Address).Where(what.InPart.Contains)];

    /// <summary>Some steps, and what stands on them, or reads them to be taken back itself: that goes first.</summary>
    public Collected With(IEnumerable<StepAddress> named)
    {
        var what = new Collected();
        foreach (var step in named)
        {
            _ = Left.Contains(step) ? what.Whole.Add(step) : Parts.ContainsKey(step) && what.InPart.Add(step);
        }

        foreach (var step in _begun.Where(step => step.Edges.Any(edge => what.Whole.Contains(edge.Upstream))))
        {
            what.Whole.Add(step.Address);
        }

        foreach (var step in _steps.Where(step => Parts.ContainsKey(step.Address) && step.Edges.Any(edge => what.InPart.Contains(edge.Upstream))))
        {
            what.InPart.Add(step.Address);
        }

        return what;
    }

    /// <summary>Why some steps cannot be taken back like this; null where they can, perhaps but for what other work has by now.</summary>
    public CollectRefusal? WhyNot(IReadOnlyCollection<StepAddress> named) => WhyNot(named, []);

    /// <summary>Why items that are left behind of a step cannot, all of them; null where they can.</summary>
    public CollectRefusal? WhyNotAll(StepAddress step, IReadOnlyCollection<string> items) => WhyNot([step], items);

    /// <param name="items">Those of the one that is named which all are to go; none where it is enough that something does.</param>
    private CollectRefusal? WhyNot(IReadOnlyCollection<StepAddress> named, IReadOnlyCollection<string> items)
    {
        var only = items.Count == 0 ? null : named.Single();
        if (WhyKept(With(named), only, items) is not { } first)
        {
            return null;
        }

        // Whoever is told to name more is told all of it at once; and where more is refused all the same, why that is.
        HashSet<StepAddress> all = [.. named];
        for (var why = first; ;)
        {
            if (why.Together.IsEmpty)
            {
                return why;
            }

            all.UnionWith(why.Together);
            var what = With(all);
            if (WhyKept(what, only, items) is not { } more)
            {
                return first with { Command = $"workflow collect {string.Join(' ', NamesOf(what))}", Together = [.. all.Except(named).OrderBy(step => step.ToString(), StringComparer.Ordinal)] };
            }

            why = more;
        }
    }

    /// <summary>What selects just that: slices by their names where it is all that is left of them, and else steps, but for those that go with others anyway.</summary>
    private IEnumerable<string> NamesOf(Collected what) => (
        from step in InOrder(what)
        let all = Left.Concat(Parts.Keys).Where(other => (other.Source, other.Part, other.Target) == (step.Source, step.Part, step.Target)).ToArray()
        let isWhole = step.Target is not null && all.All(what.Has)
        where isWhole || !(Left.Contains(step) ? _begun : _steps.AsEnumerable()).Any(other => other.Address == step && other.Edges.Any(edge => (Left.Contains(step) ? what.Whole : what.InPart).Contains(edge.Upstream)))
        select isWhole ? $"{step.Source}/{step.Part}@{step.Target}" : step.ToString()).Distinct().Order(StringComparer.Ordinal);

    private CollectRefusal? WhyKept(Collected what, StepAddress? only, IReadOnlyCollection<string> items)
    {
        if (WhyClaimed(what) is { } claimed)
        {
            return claimed;
        }

        var going = Going(what);
        StepAddress[] stays = [.. InOrder(what).Where(step => what.Whole.Contains(step) ? !going.Whole.Contains(step) : step == only ? !items.All(going.InPartOf(step).Contains) : going.InPartOf(step).Count == 0)];
        if (stays.Length == 0)
        {
            return null;
        }

        // Where all that keeps it was named too, something else keeps that.
        var kept = KeptBy(stays.Where(step => step != only), []).Concat(only is null || !stays.Contains(only) ? [] : KeptBy([only], items)).ToArray();
        kept = kept.Length > 0 ? kept : [.. KeptBy(InOrder(what), [])];

        IEnumerable<(StepAddress Step, Keeper Keeper, bool IsLeft)> KeptBy(IEnumerable<StepAddress> steps, IReadOnlyCollection<string> of) =>
            from step in steps
            from keeper in going.KeepersOf(step)
            where (of.Count == 0 || keeper.Items.Intersect(of, StringComparer.Ordinal).Any()) && (!what.Has(keeper.By) || !IsLeft(keeper))
            select (step, keeper, IsLeft(keeper));

        return kept.Length == 0 ? null
            : kept.FirstOrDefault(one => !one.IsLeft) is { Step.Source: not null } wanted ? WhyWanted(wanted.Step, wanted.Keeper)
            : WhyTogether(kept[0].Step, kept[0].Keeper) with { Together = [.. kept.Select(one => one.Keeper.By).Distinct()] };
    }

    /// <summary>True for work that nobody wants where it keeps other work.</summary>
    private bool IsLeft(Keeper keeper) => Left.Contains(keeper.By) || (Parts.ContainsKey(keeper.By) && !keeper.Items.IsEmpty && keeper.Items.All(LeftOf(keeper.By).Contains));

    private IEnumerable<string> LeftOf(StepAddress step) => Parts[step].Left.Union(Parts[step].Leaving, StringComparer.Ordinal);

    // The command is known when it is known what else goes with both.
    private static CollectRefusal WhyTogether(StepAddress step, Keeper keeper) => new(
        keeper.StandsOnIt
            ? $"{keeper.By}, which nobody wants any more either, stands on what {step} made: both go together, or neither"
            : $"{step} and {keeper.By} both have work in {NamesText.Of(keeper.Items, NamesMax)}, and nobody wants either any more: both go together, or neither",
        null,
        $"workflow collect {keeper.By} {step}")
    { Together = [keeper.By] };

    private static CollectRefusal WhyWanted(StepAddress step, Keeper keeper) => new(
        keeper.StandsOnIt
            ? $"{keeper.By}, which the configuration wants, stands on what {step} made"
            : $"{step} made {NamesText.Of(keeper.Items, NamesMax)}, in which {keeper.By}, which the configuration wants, has work",
        $"Take {keeper.By} out of the configuration first: then workflow collect tells what goes together, and it can be brought back afterwards.",
        "workflow configure");

    /// <summary>Work of other sessions, or of other sources and targets of this one, in the same indices: what one deletes the other would miss.</summary>
    private CollectRefusal? WhyClaimed(Collected what)
    {
        foreach (var claim in InOrder(what).SelectMany(step => _claims.Value.Own[step]).Where(claim => what.Whole.Contains(claim.Step) || LeftOf(claim.Step).Contains(claim.Index)))
        {
            var others = _claims.Value.ByIndex[(claim.Cluster, claim.Index)].Where(other => other.Session != _session.Name || (other.Step.Source, other.Step.Target) != (claim.Step.Source, claim.Step.Target)).ToArray();
            if (others.FirstOrDefault(other => other.Session != _session.Name) is { } theirs)
            {
                return new($"{claim.Step} made {claim.Index}, in which {theirs.Step} of session {theirs.Session} has work", "That session takes back its own first.", $"workflow --session {theirs.Session} collect");
            }

            if (others.FirstOrDefault(other => !what.Whole.Contains(other.Step) && (other.IsOfWork || _grounds.Wanted.ContainsKey(other.Step))) is { } ours && !what.InPart.Contains(ours.Step))
            {
                var keeper = new Keeper(ours.Step, [claim.Index], StandsOnIt: false);
                return IsLeft(keeper) ? WhyTogether(claim.Step, keeper) : WhyWanted(claim.Step, keeper);
            }
        }

        return null;
    }}
