using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Model.Steps;
using Portage.Planning.Fingerprints;

namespace Portage.Planning.Verdicts;

/// <summary>Whether what is recorded of a step is still good: asked by the plan, which prints it, and by the engine, which acts on it. Pure.</summary>
public static class StepVerdicts
{
    /// <summary>The verdict about a step.</summary>
    /// <param name="had">What is recorded of it; null for nothing.</param>
    /// <param name="before">The steps before it, in the order of its edges.</param>
    /// <param name="others">Work of the same kind that others have in an item of the same source and target; asked only about items that are not done yet.</param>
    public static Verdict Of(WantedStep step, RecordedStep? had, IReadOnlyList<UpstreamLook> before, Func<string, IEnumerable<OtherWork>> others)
    {
        if (step.IsAbsent)
        {
            return Absent(step, had);
        }

        if (had is null || had.State == RecordedState.Absent)
        {
            if (StepItems.EdgeOf(step) is not { } edge || StepItems.Wanted(step.Edges[edge], before[edge]) is not { } items)
            {
                return Verdict.Create;
            }

            ImmutableArray<string> added = [.. items.Keys.Order(StringComparer.Ordinal)];
            var takesOver = TakesOver(step, step.Edges[edge], before, items, added, others);
            return new(VerdictKind.Create, Taken(step.Edges[edge], takesOver)) { Added = added, TakesOver = takesOver };
        }

        var fields = InputDifferences.Between(had.Inputs, step);
        var never = fields.Where(field => field is { Change: Change.Never, Affects: Affects.Result }).ToArray();

        // Only under finished work: what failed or is under way is taken back where it was done, and done anew, or a
        // mistyped path could never be mended.
        if (never.Length > 0 && had.State == RecordedState.Complete)
        {
            return new(VerdictKind.Block, [.. never.Select(field => field.Reason)]);
        }

        var look = new Look(step, had, before, others);
        look.CompareFields(fields);
        look.CompareOutputs();
        look.CompareItems();
        look.CompareWithEarlierSteps();
        var verdict = look.Verdict(fields);

        // What was only looked at has done no item yet, and may still take over any of them.
        return had is { EffectsSince: null, TakingBack: null } && StepItems.EdgeOf(step) is { } only && StepItems.Wanted(step.Edges[only], before[only]) is { } all
            ? verdict with { TakesOver = TakesOver(step, step.Edges[only], before, all, [.. all.Keys.Order(StringComparer.Ordinal)], others) }
            : verdict;
    }

    private static ImmutableArray<TakenItem> TakesOver(
        WantedStep step, InputEdge edge, IReadOnlyList<UpstreamLook> before, Dictionary<string, Fingerprint> wanted, ImmutableArray<string> added, Func<string, IEnumerable<OtherWork>> others) =>
        [.. added.Select(item => TakenItems.Of(step, edge, new(item, wanted[item]), before, others(item))).OfType<TakenItem>()];

    private static ImmutableArray<ChangeReason> Taken(InputEdge edge, ImmutableArray<TakenItem> takesOver) =>
    [
        .. takesOver.GroupBy(taken => (taken.From, taken.IsDone), taken => taken.Item).Select(from => new ChangeReason(
            edge.SelectedBy,
            null,
            null,
            $"{NamesText.Of([.. from])} {(from.Count() == 1 ? "is" : "are")} selected, and {(from.Key.IsDone ? "done" : "begun")} just so by {from.Key.From}: taken over from there as {(from.Count() == 1 ? "it is" : "they are")}, {(from.Key.IsDone ? "not done again" : $"and {(from.Count() == 1 ? "goes on from its position" : "go on from their positions")}")}")),
    ];

    /// <summary>Work that nobody wants any more goes, but for the items that other work is in.</summary>
    private static Verdict Absent(WantedStep step, RecordedStep? had)
    {
        var going = had?.Items is { } items && !step.Stays.IsEmpty ? items.Keys.Except(step.Stays, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray() : default;
        if (had is null or { State: RecordedState.Absent } || going is { IsDefault: false, IsEmpty: true })
        {
            return new(VerdictKind.Keep, []);
        }

        var but = step.Stays.IsEmpty ? "" : $", but for {NamesText.Of(step.Stays)}, which other work has by now";
        return new(VerdictKind.Revert, [new(null, null, null, $"no longer in the configuration; {had.LeavesBy ?? "somebody"} wants it taken back{(had.TakingBack is null ? "" : ", which was begun and goes on")}{but}")]) { Redone = going };
    }

    /// <summary>One comparison, part by part.</summary>
    private sealed class Look
    {
        private readonly WantedStep _step;
        private readonly RecordedStep _had;
        private readonly IReadOnlyList<UpstreamLook> _before;
        private readonly Func<string, IEnumerable<OtherWork>> _others;
        private readonly InputEdge? _itemEdge;
        private readonly IReadOnlyDictionary<string, RecordedItem>? _done;
        private readonly Dictionary<string, Fingerprint>? _wanted;

        // For all of the step.
        private readonly List<ChangeReason> _redo = [];
        private readonly List<ChangeReason> _inPlace = [];
        private readonly List<ChangeReason> _pending = [];

        // For some of its items.
        private readonly List<ChangeReason> _redoItems = [];
        private readonly SortedSet<string> _redone = new(StringComparer.Ordinal);

        // Of what is changed in place; default for every one.
        private ImmutableArray<string> _changed = [];

        public Look(WantedStep step, RecordedStep had, IReadOnlyList<UpstreamLook> before, Func<string, IEnumerable<OtherWork>> others)
        {
            (_step, _had, _before, _others) = (step, had, before, others);
            if (StepItems.EdgeOf(step) is { } edge)
            {
                _itemEdge = step.Edges[edge];
                _wanted = StepItems.Wanted(_itemEdge, before[edge]);
                _done = StepItems.Had(_itemEdge, had, before[edge].Recorded);
            }
        }

        private bool IsComplete => _had.State == RecordedState.Complete;

        /// <summary>Another selection that selects the same is no difference; which items it makes, the items tell.</summary>
        private bool ItemsTell => _done is not null && (_wanted is not null || _before[StepItems.EdgeOf(_step)!.Value].Verdict.Kind != VerdictKind.Keep);

        public void CompareFields(ImmutableArray<InputDifference> fields)
        {
            foreach (var field in fields.Where(field => field.Affects == Affects.Result))
            {
                if (_itemEdge is not null && InputDifferences.IsWithin(field.Key, _itemEdge.SelectedBy!))
                {
                    // Until the earlier step is settled nobody knows what the other selection selects.
                    if (!ItemsTell)
                    {
                        _redo.Add(field.Reason);
                    }
                    else if (_wanted is null)
                    {
                        _pending.Add(field.Reason);
                    }
                }
                else
                {
                    (IsInPlace(field.Key) ? _inPlace : _redo).Add(field.Reason);
                }
            }

            if (_had.Inputs.Version != _step.Version)
            {
                _redo.Add(new(null, null, null, $"this release does the step differently (version {_had.Inputs.Version} → {_step.Version})"));
            }

            if (_had is { AskedBy: { } who, EffectsSince: not null })
            {
                _redo.Add(new(null, null, null, $"{who} asked for it"));
            }

            // What was only looked at is looked at again; what was done is not wanted as it is.
            if (_had is { Rejection: { } rejection, EffectsSince: not null })
            {
                _redo.Add(new(null, null, null, rejection));
            }
        }

        /// <summary>What is taken whole from earlier steps.</summary>
        public void CompareOutputs()
        {
            for (var place = 0; place < _before.Count; place++)
            {
                var edge = _step.Edges[place];
                if (edge.Group is null)
                {
                    continue;
                }

                if (_before[place].Outputs.IsDefault)
                {
                    // Begun work goes on from where it is while an earlier step finishes; only finished work can be in doubt.
                    if (IsComplete)
                    {
                        _pending.Add(Reason(edge, $"only if {edge.Upstream} comes out differently"));
                    }
                }
                else if (edge != _itemEdge || _done is null)
                {
                    var now = Fingerprinting.Consume(edge, _before[place].Outputs);
                    var then = StepItems.ConsumedOf(edge, _had);
                    if (then?.Digest != now.Digest)
                    {
                        _changed = edge == _itemEdge && edge.InPlace ? default : _changed;
                        (edge.InPlace ? _inPlace : _redo).Add(new(edge.Upstream.ToString(), then?.Digest.Short, now.Digest.Short, $"{edge.Upstream} came out with other {edge.Group}"));
                    }
                }
            }
        }

        /// <summary>What is taken index by index.</summary>
        public void CompareItems()
        {
            if (_done is null || _wanted is null)
            {
                return;
            }

            var changed = _done.Where(item => _wanted.TryGetValue(item.Key, out var now) && now != item.Value.Digest).Select(item => item.Key).Order(StringComparer.Ordinal).ToArray();
            if (changed.Length > 0)
            {
                var reason = Reason(_itemEdge!, $"{_itemEdge!.Upstream} came out with other {_itemEdge.Group} of {NamesText.Of(changed)}");
                if (_itemEdge.InPlace)
                {
                    _inPlace.Add(reason);
                    _changed = [.. changed];
                }
                else
                {
                    _redoItems.Add(reason);
                    _redone.UnionWith(changed);
                }
            }
        }

        /// <summary>What this stands on, or has looked at.</summary>
        public void CompareWithEarlierSteps()
        {
            for (var place = 0; place < _before.Count; place++)
            {
                var (edge, upstream) = (_step.Edges[place], _before[place]);
                var reasons = _redo.Count + _redoItems.Count;
                if (edge.RestsOn)
                {
                    RestsOn(edge, upstream);
                }

                // One reason is enough for one earlier step.
                if (edge.LooksAt && reasons == _redo.Count + _redoItems.Count)
                {
                    LooksAt(edge, upstream);
                }
            }
        }

        private void RestsOn(InputEdge edge, UpstreamLook upstream)
        {
            if (upstream.Verdict is { Kind: VerdictKind.Redo, IsConditional: true })
            {
                _pending.Add(Reason(edge, $"only if {edge.Upstream} is redone"));
            }
            else if (upstream.Verdict.Kind == VerdictKind.Redo || !upstream.TakesBack.IsDefaultOrEmpty)
            {
                var text = $"rests on {edge.Upstream}, which is redone";
                var isAll = upstream.Verdict.Kind == VerdictKind.Redo && upstream.Verdict.Redone.IsDefault;
                Items(edge, text, isAll ? null : item => upstream.Verdict.Redoes(item) || (!upstream.TakesBack.IsDefault && upstream.TakesBack.Contains(item, StringComparer.Ordinal)));
            }

            // What has done nothing yet stands on nothing.
            if (upstream.Recorded is { } under && _had.EffectsSince is { } since)
            {
                var text = $"rests on {edge.Upstream}, which was taken back meanwhile";
                if (under.TakenBackAt > since && (_done is null || under.TakenBack is null))
                {
                    Items(edge, text, null);
                }
                else if (_done is not null && under.TakenBack is { Count: > 0 } takenBack)
                {
                    var done = _done;
                    Items(edge, text, item => takenBack.GetValueOrDefault(item) > done[item].Since);
                }
                else if (under.TakenBackAt > since)
                {
                    Items(edge, text, null);
                }
            }
        }

        private void LooksAt(InputEdge edge, UpstreamLook upstream)
        {
            if (upstream.Recorded is { Resent: { Count: > 0 } resent } && _had.EffectsSince is { } looked && resent.Values.Any(at => at > looked))
            {
                var done = _done;
                Items(edge, $"looks at what {edge.Upstream} wrote, some of which was sent again since", done is null ? null : item => resent.GetValueOrDefault(item) > done[item].Since);
            }

            if (IsComplete && upstream is { Verdict.Kind: VerdictKind.Update, Recorded.Resends: not null })
            {
                _pending.Add(Reason(edge, $"only if {edge.Upstream} writes something of what it sends again"));
            }

            var text = $"looks at what {edge.Upstream} makes, which comes later than this did";
            if (upstream.Verdict.Kind == VerdictKind.Create)
            {
                Items(edge, text, null);
            }
            else if (upstream.Recorded is { EffectsSince: { } since } seen)
            {
                if (_done is not null && seen.Items is { } items)
                {
                    var done = _done;
                    Items(edge, text, item => items.TryGetValue(item, out var there) ? there.Since > done[item].Since : upstream.Verdict.Added.Contains(item, StringComparer.Ordinal) && !upstream.Verdict.TakesOver.Any(taken => taken.Item == item));
                }
                else if (since > _had.EffectsSince)
                {
                    Items(edge, text, null);
                }
            }
        }

        /// <param name="which">Null for all of the step.</param>
        private void Items(InputEdge edge, string text, Func<string, bool>? which)
        {
            if (which is null || _done is null)
            {
                _redo.Add(Reason(edge, text));
                return;
            }

            // Of what is asked for to go that is reason enough.
            var hit = _done.Keys.Where(item => which(item) && !(IsLeaving(item) && _wanted?.ContainsKey(item) == false)).Order(StringComparer.Ordinal).ToArray();
            if (hit.Length > 0)
            {
                _redoItems.Add(Reason(edge, hit.Length == _done.Count ? text : $"{text}: {NamesText.Of(hit)}"));
                _redone.UnionWith(hit);
            }
        }

        public Verdict Verdict(ImmutableArray<InputDifference> fields)
        {
            var (done, wanted) = (_done, _wanted);

            // What is there stays as it is; what is done anew as a whole has nothing left to send again.
            if (_had is { Resends: { } resends, EffectsSince: not null } && _redo.Count == 0)
            {
                _inPlace.Add(new(null, null, null, resends));
            }

            ImmutableArray<string> added = wanted is null || done is null ? [] : [.. wanted.Keys.Where(name => !done.ContainsKey(name)).Order(StringComparer.Ordinal)];
            ImmutableArray<string> left = wanted is null || done is null ? [] : [.. done.Keys.Where(name => !wanted.ContainsKey(name)).Order(StringComparer.Ordinal)];

            // What is not wanted any more is left as it is, whatever becomes of the rest, unless somebody asked for it to go.
            ImmutableArray<string> leaving = _had.TakingBack is null ? [.. left.Where(IsLeaving)] : [];
            left = leaving.IsEmpty ? left : [.. left.Except(leaving, StringComparer.Ordinal)];
            _redone.ExceptWith(left);
            if (leaving.Length > 0)
            {
                _redone.UnionWith(leaving);
                _redoItems.Insert(0, new(_itemEdge!.SelectedBy, null, null, $"{NamesText.Of(leaving)} {(leaving.Length == 1 ? "is" : "are")} selected no longer; {_had.LeavingItemsBy} wants {(leaving.Length == 1 ? "it" : "them")} taken back"));
            }

            var unfinished = Unfinished();
            var told = (Added: added, Left: left);
            var takesOver = _redo.Count + _redone.Count + _pending.Count > 0 || _had.TakingBack is not null || added.IsEmpty ? [] : TakesOver(_step, _itemEdge!, _before, _wanted!, added, _others);
            var differences = Told(told.Added, takesOver, unfinished);
            added = unfinished.IsEmpty ? added : [.. added.Concat(unfinished).Order(StringComparer.Ordinal)];
            if (_redo.Count > 0)
            {
                return new(VerdictKind.Redo, [.. _redo.Distinct(), .. _redoItems, .. _inPlace, .. differences])
                {
                    Redone = done is null ? default : [.. done.Keys.Where(name => !told.Left.Contains(name, StringComparer.Ordinal)).Order(StringComparer.Ordinal)],
                    Added = added,
                    Changed = _changed,
                    Left = left,
                    Leaving = leaving,
                    IsChangedBesides = true,
                };
            }

            if (_redone.Count > 0)
            {
                return new(VerdictKind.Redo, [.. _redoItems, .. _inPlace, .. differences]) { Redone = [.. _redone], Added = added, Changed = _changed, Left = left, Leaving = leaving, IsChangedBesides = _inPlace.Count > 0 };
            }

            if (_had.TakingBack is { } going)
            {
                var what = going.IsDefaultOrEmpty ? "it" : NamesText.Of(going);
                ImmutableArray<string> again = going.IsDefaultOrEmpty || wanted is null ? going : [.. going.Where(wanted.ContainsKey)];
                var then = again.IsDefault || again.Length == going.Length ? ", and then it is done anew" : again.IsEmpty ? "" : $", and then {NamesText.Of(again)} {(again.Length == 1 ? "is" : "are")} done anew";
                return new(VerdictKind.Revert, [new(null, null, null, $"taking back {what} was begun: that goes on{then}"), .. _inPlace, .. differences]) { Redone = going, Added = added, Changed = _changed, Left = left };
            }

            if (_pending.Count > 0)
            {
                return new(VerdictKind.Redo, [.. _pending.Distinct(), .. _inPlace]) { IsConditional = true, Redone = default };
            }

            // What is under way must let go of an item that nobody wants; what is complete has.
            var holdsOn = (!IsComplete || _had.IsServing) && !_had.Inputs.Items.IsDefault && _had.Inputs.Items.Any(item => told.Left.Contains(item.Name, StringComparer.Ordinal));
            if (_inPlace.Count > 0 || added.Length > 0 || holdsOn)
            {
                return new(VerdictKind.Update, [.. _inPlace, .. differences]) { Added = added, TakesOver = takesOver, Changed = _changed, Left = left };
            }

            ImmutableArray<ChangeReason> process = [.. fields.Where(field => field.Affects == Affects.Process).Select(field => field.Reason)];
            return IsComplete && (!_had.IsServing || process.IsEmpty)
                ? new(VerdictKind.Keep, differences) { Left = left }
                : new(VerdictKind.Adopt, [new(null, null, null, _had.Situation), .. process]);
        }

        /// <summary>Items that were begun and are wanted again, but were let go of meanwhile: a run without them says nothing of how far they have come.</summary>
        private ImmutableArray<string> Unfinished()
        {
            if (_wanted is not { } wanted || _done is not { } done || _redo.Count > 0 || _had.Inputs.Items.IsDefault || _had.TakingBack is { IsDefaultOrEmpty: true })
            {
                return [];
            }

            // What its last run was to do is either done, or that run goes on with it.
            var begun = done.Where(item => !item.Value.IsDone && wanted.ContainsKey(item.Key) && !_redone.Contains(item.Key) && _had.TakingBack?.Contains(item.Key, StringComparer.Ordinal) != true).Select(item => item.Key);
            return [.. begun.Except(_had.Inputs.Items.Select(item => item.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }

        private ImmutableArray<ChangeReason> Told(ImmutableArray<string> added, ImmutableArray<TakenItem> takesOver, ImmutableArray<string> unfinished)
        {
            var reasons = ImmutableArray.CreateBuilder<ChangeReason>();
            string[] toDo = [.. added.Except(takesOver.Select(taken => taken.Item), StringComparer.Ordinal)];
            if (toDo.Length > 0)
            {
                reasons.Add(new(_itemEdge!.SelectedBy, null, null, $"{NamesText.Of(toDo)} {(toDo.Length == 1 ? "is" : "are")} selected and not done yet"));
            }

            if (takesOver.Length > 0)
            {
                reasons.AddRange(Taken(_itemEdge!, takesOver));
            }

            if (unfinished.Length > 0)
            {
                reasons.Add(new(_itemEdge!.SelectedBy, null, null, $"{NamesText.Of(unfinished)} {(unfinished.Length == 1 ? "is" : "are")} selected again, and begun but not finished: {(unfinished.Length == 1 ? "it goes on from its position" : "they go on from their positions")}"));
            }

            return reasons.ToImmutable();
        }

        private bool IsLeaving(string item) => _had.LeavingItems.Contains(item, StringComparer.Ordinal) && !_step.Stays.Contains(item, StringComparer.Ordinal);

        /// <summary>True for a field, or one below a record, that the step can change in what is there.</summary>
        private bool IsInPlace(string key) => _step.Inputs.Any(part => part.InPlace && (part.Key == key || InputDifferences.IsWithin(key, part.Key)));

        private static ChangeReason Reason(InputEdge edge, string text) => new(edge.Upstream.ToString(), null, null, text);
    }
}
