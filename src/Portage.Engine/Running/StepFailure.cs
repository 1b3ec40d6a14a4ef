using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Running;

/// <summary>What an exception that ended a phase of a step means. The one place that says so, for steps here and in workers.</summary>
/// <param name="Because">For the user.</param>
/// <param name="IsTransient">True when trying again later may help by itself.</param>
/// <param name="IsDefect">True when nobody expected it.</param>
public sealed record StepFailure(Diagnostic Because, bool IsTransient, bool IsDefect)
{
    // ENOSPC; EDQUOT on Linux and on macOS; EROFS.
    private static readonly int[] Unwritable = [28, 122, 69, 30];

    /// <summary>What it means for the step.</summary>
    public static StepFailure Of(StepAddress step, Exception failure) => failure switch
    {
        StepException known => new(known.Because, known.IsTransient, IsDefect: false),
        _ when IsDisk(failure) => new(DiagnosticCatalog.WorkUnwritable.Error(null, $"{step} could not keep its position on this machine: {failure.Message} Nothing that was acknowledged is lost. Make room, or give the folder back; it goes on from there."), IsTransient: true, IsDefect: false),
        _ => new(DiagnosticCatalog.StepBroke.Error(null, $"{step} ended with {failure.GetType().Name}: {failure.Message} This is a defect of Portage; workflow log {step} has the details."), IsTransient: false, IsDefect: true),
    };

    /// <summary>True when a file of this machine could not be written: the disk is full or read-only, or the folder is not ours.</summary>
    public static bool IsDisk(Exception failure) =>
        failure is UnauthorizedAccessException || (failure is IOException && Unwritable.Contains(failure.HResult & 0xFFFF));
}
