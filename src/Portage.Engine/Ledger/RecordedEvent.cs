namespace Portage.Engine.Ledger;

/// <summary>An event in its place.</summary>
/// <param name="Sequence">Counted from 1, without gaps.</param>
/// <param name="At">When it was appended.</param>
/// <param name="Event">What happened.</param>
public sealed record RecordedEvent(long Sequence, DateTimeOffset At, LedgerEvent Event);
