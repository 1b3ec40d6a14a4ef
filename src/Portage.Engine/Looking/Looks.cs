using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Looking;

/// <summary>Asks the places of steps what is there now, for somebody who waits.</summary>
/// <param name="steps">Every step kind.</param>
/// <param name="filesOf">What a step remembers, by session, step and the identity of its work.</param>
internal sealed class Looks(IReadOnlyDictionary<StepKind, IStep> steps, ISecretSource secrets, Func<string, StepAddress, Fingerprint, IStepFiles> filesOf, TimeProvider time)
{
    /// <summary>How long a look may take: a server that is there answers within a second, and somebody waits.</summary>
    public static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);

    /// <summary>What is said of a place that did not answer in time.</summary>
    public static readonly string NoAnswer = $"No answer within {AnswersWithin.TotalSeconds:0} s.";

    private readonly ConcurrentDictionary<(StepAddress Step, bool IsLook), bool> _asked = [];

    /// <summary>The steps whose places are being asked at the moment, in order of their names. May be read meanwhile.</summary>
    public ImmutableArray<StepAddress> Asked => [.. _asked.Keys.Select(asked => asked.Step).Distinct().OrderBy(step => step.ToString(), StringComparer.Ordinal)];

    /// <summary>Looks at the place where the work was done, which may be another one than is configured now.</summary>
    /// <param name="home">Everybody's work, to tell what other sessions wrote; null where they cannot have.</param>
    /// <param name="items">Those that go; default for all.</param>
    /// <param name="changed">Those that come out differently and are changed in place; default for every one, known or not.</param>
    /// <param name="takesOver">Those that others did, and that it takes over.</param>
    /// <param name="config">What is wanted now.</param>
    public async Task<Seen> AtAsync(HomeState? home, SessionState session, WantedStep wanted, ImmutableArray<string> items, ImmutableArray<string> changed, ImmutableArray<TakenItem> takesOver, MigrationConfig config, CancellationToken cancellationToken)
    {
        var step = wanted.Address;
        if (steps[step.Kind] is not IDestroying destroying)
        {
            return new(step, [], null);
        }

        var had = session.Steps.GetValueOrDefault(step);
        var hasWork = had is { HasEffects: true };
        var identity = had?.Inputs?.Fingerprints.Identity ?? default;
        try
        {
            var context = new LookContext
            {
                Session = session.Name,
                Address = step,
                Identity = identity,
                Config = hasWork && (wanted.IsAbsent || RevertPlace.IsWhereItWasDone(had!, wanted)) ? ConfigurationReader.ReadCanonical(session.ConfigurationOf(had!.ConfiguredBy)).Config! : config,
                Wanted = config,
                OtherSessions = home is null ? [] : OtherSession.Of(home, session.Name),
                Outputs = session.Outputs,
                Secrets = secrets,
                Time = time,
                Files = FilesOf(session, takesOver, hasWork ? filesOf(session.Name, step, identity) : NoFiles.Instance),
                Items = items,
                Changed = changed,
                Overwrites = wanted.Overwrites,
                Resends = had?.ResendOf(int.MaxValue),
            };
            return await AnswerAsync(step, isLook: true, asked => destroying.LookAsync(context, asked), cancellationToken) is { } answer
                && await AnswerAsync(step, isLook: true, asked => ExplainAsync(home, session, step, EndpointOf(step, config) ?? EndpointOf(step, context.Config), answer.Value, asked), cancellationToken) is { } explained
                ? new(step, explained.Value, null)
                : new(step, [], NoAnswer);
        }
        catch (StepException failure)
        {
            return new(step, [], failure.Because.Detail);
        }
    }

    /// <summary>What others wrote of it: other slices, and those of other sessions in the same cluster.</summary>
    private ValueTask<ImmutableArray<Destruction>> ExplainAsync(HomeState? home, SessionState session, StepAddress step, string? endpoint, ImmutableArray<Destruction> found, CancellationToken cancellationToken) => WhoWrote.ExplainAsync(
        steps,
        session.Name,
        found,
        items =>
        [
            .. WorkBeside.Of(session.MayBeBeside(step, items), step, items).Select(other => LookAtOther(session, other, items)),
            .. from other in endpoint is null ? [] : home?.Sessions.Values ?? []
               where other.Name != session.Name
               from address in items.SelectMany(item => other.WritersOf(item, butOf: null)).Distinct()
               where address.Kind == step.Kind && other.Steps[address] is { HasEffects: true, Inputs: not null, ConfiguredBy: > 0 }
               let look = LookAtOther(other, other.Steps[address], items)
               where EndpointOf(address, look.Config) is { } theirs && home!.ClusterOf(theirs) == home.ClusterOf(endpoint!)
               orderby other.Name, address.ToString()
               select look,
        ],
        cancellationToken);

    private static string? EndpointOf(StepAddress step, MigrationConfig config) => step.Target is { } target ? config.Targets.GetValueOrDefault(target)?.Endpoint : null;

    private LookContext LookAtOther(SessionState session, StepRecord other, ImmutableArray<string> items) => new()
    {
        Session = session.Name,
        Address = other.Address,
        Identity = other.Inputs!.Fingerprints.Identity,
        Config = ConfigurationReader.ReadCanonical(session.ConfigurationOf(other.ConfiguredBy)).Config!,
        Outputs = session.Outputs,
        Secrets = secrets,
        Time = time,
        Files = filesOf(session.Name, other.Address, other.Inputs.Fingerprints.Identity),
        Items = items,
    };

    /// <summary>What it remembers, and of what it takes over, what those remember who did it.</summary>
    private IStepFiles FilesOf(SessionState session, ImmutableArray<TakenItem> takesOver, IStepFiles own) => takesOver.IsEmpty
        ? own
        : new BorrowedFiles(own, takesOver.ToDictionary(taken => taken.Item, taken => filesOf(session.Name, taken.From, session.Steps[taken.From].Inputs!.Fingerprints.Identity), StringComparer.Ordinal));

    /// <summary>What was answered in time; null where nothing was.</summary>
    public async Task<Answer<T>?> AnswerAsync<T>(StepAddress step, bool isLook, Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        _asked[(step, isLook)] = true;
        try
        {
            // What is asked of a file system that hangs does not hear of it.
            return new(await ask(either.Token).AsTask().WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove((step, isLook), out _);
        }
    }

    /// <summary>What was answered.</summary>
    public sealed record Answer<T>(T Value);
}
