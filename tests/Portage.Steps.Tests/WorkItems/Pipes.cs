using System.IO.Pipes;
using Portage.Engine.Ports;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>A process that helps, but for the process: two pipes, which end as those of a process that is killed.</summary>
internal sealed class Pipes : IHelper
{
    private readonly AnonymousPipeServerStream _to = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _from = new(PipeDirection.In);

    public Pipes() => (HelperFrom, HelperTo) =
        (new AnonymousPipeClientStream(PipeDirection.In, _to.ClientSafePipeHandle), new AnonymousPipeClientStream(PipeDirection.Out, _from.ClientSafePipeHandle));

    public int Process => 1;

    public Stream To => _to;

    public Stream From => _from;

    public Stream HelperFrom { get; }

    public Stream HelperTo { get; }

    public ValueTask DisposeAsync()
    {
        HelperTo.Dispose();
        _to.Dispose();
        HelperFrom.Dispose();
        _from.Dispose();
        return default;
    }
}
