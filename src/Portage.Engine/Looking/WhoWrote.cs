using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Looking;

/// <summary>Asks the other steps that wrote where one would destroy something: see <see cref="WrittenByOthers"/>.</summary>
internal static class WhoWrote
{
    /// <summary>The same things, with what others wrote of them.</summary>
    /// <param name="steps">Every step kind.</param>
    /// <param name="session">Of the step.</param>
    /// <param name="lookAt">How the others that have work in some items are asked about these.</param>
    public static async ValueTask<ImmutableArray<Destruction>> ExplainAsync(
        IReadOnlyDictionary<StepKind, IStep> steps, string session, ImmutableArray<Destruction> found, Func<ImmutableArray<string>, IEnumerable<LookContext>> lookAt, CancellationToken cancellationToken)
    {
        var items = WrittenByOthers.AskedIn(found);
        var others = new List<OthersWork>();
        foreach (var look in items.IsEmpty ? [] : lookAt(items))
        {
            if (steps[look.Address.Kind] is IDestroying destroying)
            {
                // Another session may call the cluster by another name.
                var own = await destroying.LookAsync(look, cancellationToken);
                others.Add(look.Session == session ? new(look.Address, null, own) : new(look.Address, look.Session, [.. own.Select(one => one with { Target = found[0].Target })]));
            }
        }

        return WrittenByOthers.Explain(found, others);
    }
}
