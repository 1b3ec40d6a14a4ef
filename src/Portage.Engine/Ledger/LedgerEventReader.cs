using System.Text.Json;

namespace Portage.Engine.Ledger;

/// <summary>
/// Reads the JSON of one event by hand. A verb that only reads the ledger spent half of its time on the serializer: it makes
/// itself ready for every type of every event first, and compiles code for each type of a property.
/// </summary>
/// <remarks>
/// As the serializer would: fields in any order, unknown ones passed over, so that a later release may add some. But a field that an
/// event cannot be without is missed, not taken for null. What <see cref="LedgerJson.Write"/> writes is read here field for field, which
/// the tests insist on.
/// </remarks>
internal static class LedgerEventReader
{
    /// <summary>The event of a text.</summary>
    /// <exception cref="JsonException">The text is no event that this release knows.</exception>
    public static LedgerEvent Read(ReadOnlySpan<byte> text)
    {
        var fields = new EventFields(text);
        var happened = Read(ref fields);
        fields.End();
        return happened;
    }

    // The one list of all events. A switch and no table: nothing of the other events is touched before one of them comes.
    private static LedgerEvent Read(ref EventFields fields) => fields.Event switch
    {
        "sessionCreated" => SessionCreated.Read(ref fields),
        "sessionSwitched" => SessionSwitched.Read(ref fields),
        "sessionRenamed" => SessionRenamed.Read(ref fields),
        "sessionDeleted" => SessionDeleted.Read(ref fields),
        "revisionRecorded" => RevisionRecorded.Read(ref fields),
        "revisionCommitted" => RevisionCommitted.Read(ref fields),
        "pendingDiscarded" => PendingDiscarded.Read(ref fields),
        "runStarted" => RunStarted.Read(ref fields),
        "runEnded" => RunEnded.Read(ref fields),
        "paused" => Paused.Read(ref fields),
        "resumed" => Resumed.Read(ref fields),
        "stepStarted" => StepStarted.Read(ref fields),
        "stepEvaluated" => StepEvaluated.Read(ref fields),
        "redoAsked" => RedoAsked.Read(ref fields),
        "resendAsked" => ResendAsked.Read(ref fields),
        "collectAsked" => CollectAsked.Read(ref fields),
        "stepServing" => StepServing.Read(ref fields),
        "stepReported" => StepReported.Read(ref fields),
        "stepCompleted" => StepCompleted.Read(ref fields),
        "stepFailed" => StepFailed.Read(ref fields),
        "stepPutBack" => StepPutBack.Read(ref fields),
        "stepReverted" => StepReverted.Read(ref fields),
        "revertRefused" => RevertRefused.Read(ref fields),
        "proposalDropped" => ProposalDropped.Read(ref fields),
        "stepStopped" => StepStopped.Read(ref fields),
        "gateOpened" => GateOpened.Read(ref fields),
        "gatePassed" => GatePassed.Read(ref fields),
        "gateRejected" => GateRejected.Read(ref fields),
        "workloadStarted" => WorkloadStarted.Read(ref fields),
        "workloadAdopted" => WorkloadAdopted.Read(ref fields),
        "workloadAdjusted" => WorkloadAdjusted.Read(ref fields),
        "workloadLost" => WorkloadLost.Read(ref fields),
        var other => throw new JsonException($"There is no event '{other}' in this release."),
    };
}
