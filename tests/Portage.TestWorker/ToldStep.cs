using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.TestWorker;

/// <summary>A step that works until a file in its folder tells it to be done (<c>finish</c>), to fail (<c>fail</c>), or that there is something else than was approved (<c>refuse</c>), and says that it serves with the lag that a file names (<c>serve</c>).</summary>
internal sealed class ToldStep : IStep
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public IStepDefinition Definition => throw new NotSupportedException("A worker is told what to do.");

    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        for (var done = 1L; ; done++)
        {
            context.AssertLease();
            context.Progress(new(done, null, "documents", null, null, ImmutableSortedDictionary<string, long>.Empty));
            if (context.StopRequested.IsCancellationRequested)
            {
                return new StepResult.Stopped();
            }

            if (await ToldAsync("finish"))
            {
                return new StepResult.Done(new(ImmutableSortedDictionary<string, long>.Empty.Add("accepted", done), [$"{done} accepted"]), new([], "{}"));
            }

            if (await ToldAsync("refuse"))
            {
                return new StepResult.EvidenceChanged(context.Approved! with { Lines = ["there is more"] });
            }

            if (await context.Files.ReadAsync("serve", cancellationToken) is { } told && long.TryParse(told, provider: null, out var lag))
            {
                context.Serves(new(ImmutableSortedDictionary<string, long>.Empty.Add("lag", lag), [$"lag {lag}"]), new([], "{}"));
            }

            if (await ToldAsync("fail"))
            {
                throw new StepException(DiagnosticCatalog.StepBroke.Error(null, "It was told to."), isTransient: true, null);
            }

            await Task.Delay(Interval, context.Time, cancellationToken);
        }

        async ValueTask<bool> ToldAsync(string what)
        {
            if (await context.Files.ReadAsync(what, cancellationToken) is null)
            {
                return false;
            }

            await context.Files.DeleteAsync(what, cancellationToken);
            return true;
        }
    }

    public ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken) => throw new NotSupportedException("Workers only run.");
}
