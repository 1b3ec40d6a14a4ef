using System.Runtime.InteropServices;

namespace Portage.Cli.Shell;

/// <summary>Turns the first Ctrl-C (or SIGTERM) into a cancellation; the second one ends the process as it always does.</summary>
internal sealed class Interrupts : IDisposable
{
    private static int _ignored;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interrupts() => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Ctrl-C is for another program in the foreground, an editor, until this is disposed.</summary>
    public static IDisposable Ignore()
    {
        Interlocked.Increment(ref _ignored);
        return new Ignoring();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && Volatile.Read(ref _ignored) > 0)
        {
            context.Cancel = true;
        }
        else if (!_source.IsCancellationRequested)
        {
            context.Cancel = true;
            _source.Cancel();
        }
    }

    private sealed class Ignoring : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref _ignored);
    }
}
