using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>
/// That tries of one phase of a step fail, one after the other. Kept while the next try is under way, and while the step is held or its run is
/// stopped: whoever holds it because of a failure must still see why. Over as soon as something comes of a try, or a later run begins anew.
/// </summary>
/// <param name="Because">Why the last of them failed.</param>
/// <param name="Attempt">Which one that was, counted from 1.</param>
/// <param name="At">When it failed.</param>
/// <param name="Since">When the first of them failed.</param>
public sealed record FailingSince(Diagnostic Because, int Attempt, DateTimeOffset At, DateTimeOffset Since);
