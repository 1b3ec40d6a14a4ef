namespace Portage.Cli.Shell;

/// <summary>
/// Lets a verb that is over in a moment make what it needs without collecting between: nearly all that is read of a ledger is still there
/// when it is done, so that looking for what is not was a fifth of the work at ten thousand steps.
/// </summary>
internal static class NoCollecting
{
    // Small homes are done before anything is collected.
    private const long LedgerLeast = 16 * 1_024 * 1_024;

    // What a plan makes in all is four or five times its ledger.
    private const int PerByte = 6;
    private const long Most = 512 * 1_024 * 1_024;

    // Where memory is dear, collecting is cheap.
    private const int PartOfMemory = 8;

    /// <summary>Begins, where the ledger is large and memory is not short. Whoever makes more than was foreseen is collected for as ever.</summary>
    /// <param name="ledger">The ledger's file; it need not be there.</param>
    public static void BeginFor(string ledger)
    {
        var file = new FileInfo(ledger);
        if (!file.Exists || file.Length < LedgerLeast)
        {
            return;
        }

        try
        {
            _ = GC.TryStartNoGCRegion(Math.Min(file.Length * PerByte, Math.Min(Most, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / PartOfMemory)));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            // More than this runtime grants, or nothing at all: then it collects.
        }
    }
}
