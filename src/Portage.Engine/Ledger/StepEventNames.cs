namespace Portage.Engine.Ledger;

/// <summary>Tells events of steps from others without reading them: of a large ledger they are nearly all.</summary>
public static class StepEventNames
{
    private static readonly byte[][] All =
    [
        "collectAsked"u8.ToArray(),
        "gateOpened"u8.ToArray(),
        "gatePassed"u8.ToArray(),
        "gateRejected"u8.ToArray(),
        "proposalDropped"u8.ToArray(),
        "redoAsked"u8.ToArray(),
        "resendAsked"u8.ToArray(),
        "revertRefused"u8.ToArray(),
        "stepCompleted"u8.ToArray(),
        "stepEvaluated"u8.ToArray(),
        "stepFailed"u8.ToArray(),
        "stepPutBack"u8.ToArray(),
        "stepReported"u8.ToArray(),
        "stepReverted"u8.ToArray(),
        "stepServing"u8.ToArray(),
        "stepStarted"u8.ToArray(),
        "stepStopped"u8.ToArray(),
        "workloadAdjusted"u8.ToArray(),
        "workloadAdopted"u8.ToArray(),
        "workloadLost"u8.ToArray(),
        "workloadStarted"u8.ToArray(),
    ];

    private static ReadOnlySpan<byte> Beginning => "{\"event\":\""u8;

    /// <summary>True for what certainly tells of a step. False for everything else, also for what is no event or is written otherwise than by this release: whoever must know reads that.</summary>
    /// <param name="text">The JSON of an event.</param>
    public static bool Begin(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith(Beginning))
        {
            return false;
        }

        var name = text[Beginning.Length..];
        foreach (var known in All)
        {
            if (name.Length > known.Length && name[known.Length] == (byte)'"' && name.StartsWith(known))
            {
                return true;
            }
        }

        return false;
    }
}
