using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Planning.Fingerprints;

namespace Portage.Planning.Passes;

/// <summary>Decides for every wanted step whether what is recorded is still good.</summary>
internal static class CompareWithRecorded
{
    public static ImmutableArray<StepChange> Changes(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded)
    {
        var changes = new Dictionary<StepAddress, StepChange>(wanted.Length);
        foreach (var step in wanted)
        {
            changes[step.Address] = ChangeOf(step, recorded, changes);
        }

        return [.. wanted.Select(step => changes[step.Address])];
    }

    private static StepChange ChangeOf(WantedStep step, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, Dictionary<StepAddress, StepChange> upstream)
    {
        if (!recorded.TryGetValue(step.Address, out var had) || had.State == RecordedState.Absent)
        {
            return new StepChange.Create(step.Address);
        }

        var fields = InputDifferences.Between(had.Inputs, step);
        var never = fields.Where(field => field.Change == Change.Never && field.Affects == Affects.Result).ToArray();

        // Only under finished work: what failed or is under way is taken back where it was done, and done anew, or a
        // mistyped path could never be mended.
        if (never.Length > 0 && had.State == RecordedState.Complete)
        {
            return new StepChange.Block(step.Address, [.. never.Select(field => field.Reason)]);
        }

        var results = fields.Where(field => field.Affects == Affects.Result).Select(field => field.Reason).ToList();
        if (had.Inputs.Version != step.Version)
        {
            results.Add(new(null, null, null, $"this release does the step differently (version {had.Inputs.Version} → {step.Version})"));
        }

        // What was only looked at is looked at again; what was done is not wanted as it is.
        if (had is { Rejection: { } rejection, EffectsSince: not null })
        {
            results.Add(new(null, null, null, rejection));
        }

        results.AddRange(OutputDifferences(step, had, fields, recorded, upstream, out var pending));
        if (results.Count > 0)
        {
            return new StepChange.Redo(step.Address, Conditional: false, [.. results]);
        }

        if (pending.Count > 0)
        {
            return new StepChange.Redo(step.Address, Conditional: true, [.. pending.Distinct()]);
        }

        return had.State == RecordedState.Complete
            ? new StepChange.Keep(step.Address)
            : new StepChange.Adopt(step.Address,
            [
                new(null, null, null, had.Situation),
                .. fields.Where(field => field.Affects == Affects.Process).Select(field => field.Reason),
            ]);
    }

    private static List<ChangeReason> OutputDifferences(
        WantedStep step,
        RecordedStep had,
        ImmutableArray<InputDifference> fields,
        IReadOnlyDictionary<StepAddress, RecordedStep> recorded,
        Dictionary<StepAddress, StepChange> upstream,
        out List<ChangeReason> pending)
    {
        var certain = new List<ChangeReason>();
        pending = [];
        foreach (var edge in step.Edges)
        {
            switch (upstream[edge.Upstream])
            {
                case var _ when edge.RestsOn && recorded.TryGetValue(edge.Upstream, out var under) && under.TakenBackAt > had.EffectsSince:
                    certain.Add(new(edge.Upstream.ToString(), null, null, $"rests on {edge.Upstream}, which was taken back meanwhile"));
                    break;

                case var change when edge.LooksAt && (change is StepChange.Create || (recorded.TryGetValue(edge.Upstream, out var looked) && looked.EffectsSince > had.EffectsSince)):
                    certain.Add(new(edge.Upstream.ToString(), null, null, $"looks at what {edge.Upstream} makes, which comes later than this did"));
                    break;

                case StepChange.Redo { Conditional: false } when edge.RestsOn:
                    certain.Add(new(edge.Upstream.ToString(), null, null, $"rests on {edge.Upstream}, which is redone"));
                    break;

                case StepChange.Redo when edge.RestsOn:
                    pending.Add(new(edge.Upstream.ToString(), null, null, $"only if {edge.Upstream} is redone"));
                    break;

                case StepChange.Redo or StepChange.Create or StepChange.Adopt when edge.Group is not null:
                    // Begun work goes on from where it is while an earlier step finishes; only finished work can be in doubt.
                    if (had.State == RecordedState.Complete)
                    {
                        pending.Add(new(edge.Upstream.ToString(), null, null, $"only if {edge.Upstream} comes out differently"));
                    }

                    break;

                case StepChange.Keep when edge.SelectedBy is { } selection && fields.Any(field => field.Affects == Affects.Result && InputDifferences.IsWithin(field.Key, selection)):
                    // Another selection is a reason by itself, and has another digest of the very same outputs.
                    break;

                case StepChange.Keep when edge.Group is not null:
                    var now = Fingerprinting.Consume(edge, recorded[edge.Upstream].Outputs);
                    var then = had.Inputs.Consumed.FirstOrDefault(output => output.Upstream == edge.Upstream && output.Group == edge.Group)
                        ?? had.Inputs.Consumed.FirstOrDefault(output => output.Upstream.Kind == edge.Upstream.Kind && output.Group == edge.Group);
                    if (then is null || then.Digest != now.Digest)
                    {
                        certain.Add(new(edge.Upstream.ToString(), then?.Digest.Short, now.Digest.Short, $"{edge.Upstream} came out with other {edge.Group}"));
                    }

                    break;

                default:
                    break;
            }
        }

        return certain;
    }
}
