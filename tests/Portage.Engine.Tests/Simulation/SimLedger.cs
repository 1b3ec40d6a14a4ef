using Portage.Engine.Ledger;

namespace Portage.Engine.Tests.Simulation;

/// <summary>A ledger in memory that keeps to the contract; every append takes a moment, in which the process may die.</summary>
internal sealed class SimLedger(World world) : ILedger
{
    public long Token { get; } = ++world.LedgerToken;

    public async ValueTask<IReadOnlyList<RecordedEvent>> AppendAsync(IReadOnlyList<LedgerEvent> events, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Token != world.LedgerToken)
        {
            throw new LeaseLostException("Another process has taken the ledger.");
        }

        var written = world.Write(events);
        await Task.Yield();
        return written;
    }

    public IEnumerable<RecordedEvent> Read(long sequence) => world.Events.Skip((int)sequence);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
