using Portage.Engine.Ledger;

namespace Portage.Backends.Embedded;

/// <summary>Publishes the readings of a service into its work folder, a few times a second at most, with the time at which each was true.</summary>
/// <remarks>
/// Nothing is said again in the service's place: a gate must see when it has gone silent. Best effort; a reading that cannot be written is
/// one that nobody heard.
/// </remarks>
internal sealed class ServingFile(WorkFolder folder, long token, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private StepOutputs? _outputs;
    private long? _written;

    public void Publish(StepReport report, StepOutputs outputs)
    {
        lock (_gate)
        {
            // What later steps work with is never passed over.
            if (_written is { } then && time.GetElapsedTime(then) < Interval && outputs == _outputs)
            {
                return;
            }

            try
            {
                folder.Serving = new(token, time.GetUtcNow(), report, outputs);
                (_outputs, _written) = (outputs, time.GetTimestamp());
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The next word tries again.
            }
        }
    }
}
