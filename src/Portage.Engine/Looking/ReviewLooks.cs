using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Looking;

/// <summary>Looks anew at what steps under review would destroy: a review may be open for days, and a person decides about what is there now.</summary>
/// <param name="steps">Every step kind.</param>
/// <param name="filesOf">What a step remembers, by session, step and the identity of its work.</param>
public sealed class ReviewLooks(
    Planner planner,
    IReadOnlyDictionary<StepKind, IStep> steps,
    ISecretSource secrets,
    Func<string, StepAddress, Fingerprint, IStepFiles> filesOf,
    TimeProvider time)
{
    private readonly Looks _looks = new(steps, secrets, filesOf, time);

    /// <summary>The steps whose places are being asked at the moment, in order of their names. May be read meanwhile.</summary>
    public ImmutableArray<StepAddress> Asked => _looks.Asked;

    /// <summary>What each of the steps would destroy now; of those that destroy nothing, nothing.</summary>
    public async Task<ImmutableDictionary<StepAddress, Relook>> LookAsync(SessionState session, IEnumerable<StepAddress> reviews, CancellationToken cancellationToken)
    {
        StepRecord[] destroying = [.. reviews.Select(session.Steps.GetValueOrDefault).OfType<StepRecord>().Where(step => step.Reviewed is { Destroys.IsEmpty: false })];
        if (destroying.Length == 0 || session.ActiveRun is not { } run)
        {
            return ImmutableDictionary<StepAddress, Relook>.Empty;
        }

        var config = ConfigurationReader.ReadCanonical(session.ConfigurationOf(run.Number)).Config!;
        var wanted = Desired.Of(planner, config, session, run.Number);
        var byAddress = wanted.ToDictionary(step => step.Address);
        var taken = planner.Plan(wanted, session.Recorded(), null).Plan.Changes.ToDictionary(change => change.Address, change => change.TakesOver);
        var seen = await Task.WhenAll(destroying.Where(step => byAddress.ContainsKey(step.Address)).Select(LookAsync));
        return seen.ToImmutableDictionary(one => one.Step);

        async Task<Relook> LookAsync(StepRecord had)
        {
            var (shown, step) = (had.Reviewed!.Destroys, byAddress[had.Address]);

            // An alias that is only wanted no more is found where its index is looked into.
            var changed = shown.Any(one => one is { Kind: DestructionKind.DeleteAlias, Item: null }) ? default : ImmutableArray<string>.Empty;
            var own = await _looks.AtAsync(null, session, step, ItemsOf(had, shown), changed, taken[had.Address], config, cancellationToken);
            if (own.Unseen is { } why)
            {
                return new(had.Address, shown, shown, why);
            }

            var items = GoesAlong.In(step.IsAbsent, ItemsOf(had, shown), own.Destroys);
            var above = items is { IsDefault: false, IsEmpty: true } ? [] : await Task.WhenAll(wanted
                .Where(other => step.Bears.Contains(other.Address.Kind) && other.Edges.Any(edge => edge.RestsOn && edge.Upstream == step.Address) && session.Steps.GetValueOrDefault(other.Address) is { HasEffects: true })
                .Select(other => _looks.AtAsync(null, session, other with { Overwrites = !step.IsAbsent && other is { IsAbsent: false, Overwrites: true } }, items, [], [], config, cancellationToken)));
            if (above.FirstOrDefault(one => one.Unseen is not null) is { Unseen: { } blind })
            {
                return new(had.Address, shown, shown, blind);
            }

            var now = GoesAlong.With(step.IsAbsent, own.Destroys, [.. above.SelectMany(one => one.Destroys)]);
            return Relook.Of(had.Address, shown, now);
        }
    }

    /// <summary>The items that go if it is approved; default for all.</summary>
    private static ImmutableArray<string> ItemsOf(StepRecord had, ImmutableArray<Destruction> shown)
    {
        var going = shown.Select(one => one.TakenBack).OfType<string>();
        return had.Proposal is { Review: not null } proposal
            ? proposal.Redone.IsDefault ? default : [.. proposal.Redone.Union(going, StringComparer.Ordinal)]
            : [.. going.Distinct(StringComparer.Ordinal)];
    }
}
