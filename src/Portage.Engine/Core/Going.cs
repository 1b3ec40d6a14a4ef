using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Work that keeps other work from being taken back.</summary>
/// <param name="By">The step whose work it is.</param>
/// <param name="Items">What stays because of it; empty where nobody knows, and for all that a step made.</param>
/// <param name="StandsOnIt">True where it was begun on what stays; false where it is in the same indices.</param>
internal sealed record Keeper(StepAddress By, ImmutableArray<string> Items, bool StandsOnIt);

/// <summary>
/// What really goes of the work that somebody wants taken back: all of it, but for what other work that stays is in or was begun on. What would be
/// deleted of the one would be missing in the other. Whoever stays keeps others in turn, so that it is the most of it that can go together. Pure.
/// </summary>
/// <remarks>What was begun to be taken back goes on, whoever thought better of it: half of it may be gone.</remarks>
internal sealed class Going
{
    private readonly GoingGrounds _grounds;
    private readonly SessionState _session;
    private readonly HashSet<StepAddress> _whole;
    private readonly Dictionary<StepAddress, HashSet<string>> _stays = [];
    private readonly Dictionary<StepAddress, HashSet<string>> _inPart;
    private readonly Dictionary<StepAddress, List<Keeper>> _keepers = [];

    /// <param name="whole">Steps that are to go; those that are wanted do not.</param>
    /// <param name="inPart">Items that are to go of steps that are wanted, and that these do not select.</param>
    public Going(GoingGrounds grounds, IEnumerable<StepAddress> whole, IEnumerable<KeyValuePair<StepAddress, IEnumerable<string>>> inPart)
    {
        (_grounds, _session) = (grounds, grounds.Session);
        _whole = [.. whole.Where(step => !grounds.Wanted.ContainsKey(step))];
        _inPart = inPart.GroupBy(step => step.Key).ToDictionary(step => step.Key, step => step.SelectMany(one => one.Value).ToHashSet(StringComparer.Ordinal));
        for (var again = _whole.Count + _inPart.Count > 0; again;)
        {
            again = false;
            foreach (var step in _whole.ToArray())
            {
                again |= KeepWhole(step);
            }

            foreach (var (step, items) in _inPart)
            {
                again |= KeepInPart(step, items);
            }
        }
    }

    /// <summary>What the next start, or the run, takes back of what was asked for.</summary>
    /// <param name="run">What was asked for in it waits for the next one; 0 for none.</param>
    public static Going Asked(Planner planner, SessionState session, ImmutableArray<WantedStep> wanted, int run) =>
        new(new(planner, session, wanted), session.Leaving.Where(step => session.Steps[step].LeavesIn != run), AskedInPart(session, wanted, run));

    /// <summary>The items that were asked for of steps that are wanted, and that these do not select.</summary>
    /// <param name="run">As above.</param>
    public static IEnumerable<KeyValuePair<StepAddress, IEnumerable<string>>> AskedInPart(SessionState session, ImmutableArray<WantedStep> wanted, int run) => session.LeavingInPart.Count == 0 ? [] :
        from step in wanted
        where session.LeavingInPart.Contains(step.Address)
        let had = session.Steps[step.Address]
        where had.HasEffects && had.LeavingItems!.In != run
        select KeyValuePair.Create(step.Address, had.LeavingItems!.Items.Where(item => had.Items?.ContainsKey(item) == true && (IsUnderWay(had, item) || !LeftInPart.IsSelected(step, session, item))));

    /// <summary>Steps that go, whole or but for <see cref="StaysOf"/>.</summary>
    public IReadOnlySet<StepAddress> Whole => _whole;

    /// <summary>Items that stay of a step that goes, in order.</summary>
    public ImmutableArray<string> StaysOf(StepAddress step) => _stays.TryGetValue(step, out var items) ? [.. items.Order(StringComparer.Ordinal)] : [];

    /// <summary>Items that go of a step that is wanted.</summary>
    public IReadOnlyCollection<string> InPartOf(StepAddress step) => _inPart.TryGetValue(step, out var items) ? items : [];

    /// <summary>True for an item of a step that goes.</summary>
    public bool Goes(StepAddress step, string item) => _whole.Contains(step)
        ? !(_stays.TryGetValue(step, out var stays) && stays.Contains(item))
        : _inPart.TryGetValue(step, out var items) && items.Contains(item);

    /// <summary>What keeps work that was to go; nothing for what goes.</summary>
    public IReadOnlyList<Keeper> KeepersOf(StepAddress step) => _keepers.TryGetValue(step, out var keepers) ? keepers : [];

    /// <summary>True for an item that is being taken back.</summary>
    internal static bool IsUnderWay(StepRecord had, string item) => had.State == StepState.Reverting && (had.TakingBack.IsDefault || had.TakingBack.Contains(item, StringComparer.Ordinal));

    private bool KeepWhole(StepAddress step)
    {
        var had = _session.Steps[step];
        if (had.State == StepState.Reverting && had.TakingBack.IsDefault)
        {
            return false;
        }

        var made = Claims.WrittenBy(had).Where(item => Goes(step, item) && !IsUnderWay(had, item)).ToHashSet(StringComparer.Ordinal);
        var kept = _grounds.KeptIn(had, _grounds.Begun.Of(step)?.Bears ?? [], made, this).ToList();
        foreach (var (other, rests) in _grounds.Begun.On(step).Where(on => _session.Steps[on.Step].HasEffects))
        {
            // A comparison that is wanted again would go on saying that all is the same of documents that are gone.
            if (!_whole.Contains(other))
            {
                kept.Add(new(other, [], true));
            }
            else if (_stays.TryGetValue(other, out var part))
            {
                // Of what stays without an item here, nobody can say on what of this it stands: all of it waits for that.
                var isNamed = rests && had.Items is { } items && part.All(items.ContainsKey);
                if (!isNamed || part.Any(made.Contains))
                {
                    kept.Add(new(other, isNamed ? [.. part.Where(made.Contains).Order(StringComparer.Ordinal)] : [], true));
                }
            }
        }

        if (kept.Count == 0)
        {
            return false;
        }

        Note(step, kept);
        var stays = _stays.GetValueOrDefault(step, new(StringComparer.Ordinal));
        stays.UnionWith(kept.SelectMany(one => one.Items));
        if (kept.All(one => !one.Items.IsEmpty) && CanStayInPart(had, stays))
        {
            _stays[step] = stays;
        }
        else if (had.State != StepState.Reverting)
        {
            _whole.Remove(step);
            _stays.Remove(step);
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool KeepInPart(StepAddress step, HashSet<string> items)
    {
        var had = _session.Steps[step];
        var going = items.Where(item => !IsUnderWay(had, item)).ToHashSet(StringComparer.Ordinal);
        var kept = going.Count == 0 ? [] : _grounds.KeptIn(had, _grounds.Wanted[step].Bears, going, this).ToList();
        foreach (var other in going.Count == 0 ? [] : _grounds.Above(step))
        {
            if (_session.Steps.GetValueOrDefault(other) is { HasEffects: true, Items: { } there } && going.Where(item => there.ContainsKey(item) && !Goes(other, item)).Order(StringComparer.Ordinal).ToImmutableArray() is { IsEmpty: false } stood)
            {
                kept.Add(new(other, stood, true));
            }
        }

        if (kept.Count == 0)
        {
            return false;
        }

        Note(step, kept);
        items.ExceptWith(kept.SelectMany(one => one.Items));
        return true;
    }

    private void Note(StepAddress step, IEnumerable<Keeper> kept)
    {
        if (!_keepers.TryGetValue(step, out var keepers))
        {
            _keepers[step] = keepers = [];
        }

        keepers.AddRange(kept);
    }

    /// <summary>True where every index of a step is an item of it, and some, but not all of them, stay.</summary>
    private static bool CanStayInPart(StepRecord had, HashSet<string> stays) =>
        had.Items is { } items && Claims.IndicesOf(had).All(items.ContainsKey) && stays.All(items.ContainsKey) && stays.Count < items.Count;
}
