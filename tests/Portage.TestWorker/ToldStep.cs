using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.TestWorker;

/// <summary>A step that works until a file in its folder tells it to be done (<c>finish</c>) or to fail (<c>fail</c>).</summary>
internal sealed class ToldStep : IStep
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    public IStepDefinition Definition => throw new NotSupportedException("A worker is told what to do.");

    public ValueTask<StepEstimate?> EstimateAsync(StepContext context, CancellationToken cancellationToken) => throw new NotSupportedException("Workers only run.");

    public ValueTask<StepReport> EvaluateAsync(StepContext context, CancellationToken cancellationToken) => throw new NotSupportedException("Workers only run.");

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        for (var done = 1L; ; done++)
        {
            context.AssertLease();
            context.Progress(new(done, null, "documents", null, null, ImmutableSortedDictionary<string, long>.Empty));
            if (context.StopRequested.IsCancellationRequested)
            {
                return new StepResult.Stopped();
            }

            if (Told("finish"))
            {
                return new StepResult.Done(new(ImmutableSortedDictionary<string, long>.Empty.Add("accepted", done), [$"{done} accepted"]), new([], "{}"));
            }

            if (Told("fail"))
            {
                throw new StepException(DiagnosticCatalog.StepBroke.Error(null, "It was told to."), isTransient: true, null);
            }

            await Task.Delay(Interval, context.Time, cancellationToken);
        }

        bool Told(string what)
        {
            var file = Path.Combine(context.WorkFolder, what);
            if (!File.Exists(file))
            {
                return false;
            }

            File.Delete(file);
            return true;
        }
    }

    public ValueTask RevertAsync(StepContext context, CancellationToken cancellationToken) => throw new NotSupportedException("Workers only run.");
}
