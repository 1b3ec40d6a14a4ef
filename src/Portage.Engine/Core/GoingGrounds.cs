using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>What is around the work of a session, for whoever asks what of it can go: the same for every question. Pure.</summary>
/// <param name="wanted">The steps that the configuration wants.</param>
internal sealed class GoingGrounds(Planner planner, SessionState session, ImmutableArray<WantedStep> wanted)
{
    private readonly Lazy<ILookup<StepAddress, StepAddress>> _above = new(() => wanted.SelectMany(step => step.Edges, (step, edge) => (step.Address, edge.Upstream)).Distinct().ToLookup(one => one.Upstream, one => one.Address));

    private HashSet<StepAddress>? _left;

    public SessionState Session => session;

    /// <summary>The steps that the configuration wants.</summary>
    public IReadOnlyDictionary<StepAddress, WantedStep> Wanted { get; } = wanted.ToDictionary(step => step.Address);

    /// <summary>Steps that have effects, and that the configuration does not want.</summary>
    public IReadOnlySet<StepAddress> Left => _left ??= [.. session.Steps.Values.Where(step => step.HasEffects && !Wanted.ContainsKey(step.Address)).Select(step => step.Address)];

    /// <summary>The steps as they were begun.</summary>
    public BegunSteps Begun { get; } = new(planner, session);

    /// <summary>The steps that are wanted on top of one.</summary>
    public IEnumerable<StepAddress> Above(StepAddress step) => _above.Value[step];

    /// <summary>What a step made and that others keep, though nobody wants it of this one: what they wrote in, and what those that are wanted found just so.</summary>
    /// <param name="bears">Later kinds that write into what it made.</param>
    /// <param name="made">What of it would go.</param>
    /// <param name="isGoing">What goes as well.</param>
    public IEnumerable<Keeper> KeptIn(StepRecord had, ImmutableArray<StepKind> bears, HashSet<string> made, Going isGoing)
    {
        if (!planner.WritesToTarget(had.Address.Kind))
        {
            yield break;
        }

        var isUnlisted = IsUnlisted(had);
        var near = isUnlisted ? session.Steps.Values.Where(other => (other.Address.Source, other.Address.Target) == (had.Address.Source, had.Address.Target)) : session.MayBeBeside(had.Address, made);
        foreach (var other in near.Where(other => other.HasEffects && other.Address != had.Address && planner.WritesToTarget(other.Address.Kind)).OrderBy(other => other.Address.ToString(), StringComparer.Ordinal))
        {
            // What it stands on is not in its way.
            var (isBorne, isWanted) = (bears.Contains(other.Address.Kind), Wanted.ContainsKey(other.Address));
            if (other.Address.Part == had.Address.Part && !isBorne)
            {
                continue;
            }

            // Of what nobody wrote down, only what nobody wants would certainly not be taken back.
            if (isUnlisted || IsUnlisted(other))
            {
                if (isBorne && !isWanted && !isGoing.Whole.Contains(other.Address) && (IsUnlisted(other) || Claims.WrittenBy(other).Any()))
                {
                    yield return new(other.Address, [.. made.Order(StringComparer.Ordinal)], false);
                }

                continue;
            }

            var kept = (isWanted ? Claims.IndicesOf(other) : Claims.WrittenBy(other)).Where(item => made.Contains(item) && !isGoing.Goes(other.Address, item)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
            if (!kept.IsEmpty)
            {
                yield return new(other.Address, kept, false);
            }
        }
    }

    /// <summary>True where an earlier release did not write down what a step made.</summary>
    private static bool IsUnlisted(StepRecord had) => had.Items is null && !Claims.IndicesOf(had).Any();
}
