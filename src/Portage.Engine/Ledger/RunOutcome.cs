namespace Portage.Engine.Ledger;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every wanted step is complete.</summary>
    Done,

    /// <summary>Something failed, and nothing else can go on.</summary>
    Failed,

    /// <summary>A person stopped it.</summary>
    Stopped,
}
