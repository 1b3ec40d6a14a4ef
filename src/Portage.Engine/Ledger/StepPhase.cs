namespace Portage.Engine.Ledger;

/// <summary>Which part of a step is under way.</summary>
public enum StepPhase
{
    /// <summary>Finding out what it would do.</summary>
    Evaluate,

    /// <summary>Doing it.</summary>
    Run,

    /// <summary>Taking it back.</summary>
    Revert,
}
