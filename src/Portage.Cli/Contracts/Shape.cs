using System.Collections.Immutable;

namespace Portage.Cli.Contracts;

/// <summary>
/// What a verb answers to programs: <c>--output json</c>, or the same as YAML. A shape is a contract: fields may be added; one that goes,
/// or means something else, makes a new version. <c>docs/reference/json.md</c> shows each, and tests hold each to its golden.
/// </summary>
/// <param name="Name">As in the reference.</param>
/// <param name="Version">Written as <c>formatVersion</c>; 0 for a shape that is somebody else's and carries none.</param>
/// <param name="About">What it says, for the reference.</param>
internal sealed record Shape(string Name, int Version, string About)
{
    public static readonly Shape Status = new("status", 2, "Where every step of a session stands, as the tree session, target (`to`), source (`from`), slice, step. What belongs to a source alone, as its snapshots, is below `sources`. `totals` is of the run under way, with a time left only where all that is left moves. Sizes are `finished` of `total` in a `unit`; null where nobody can tell. `failing` says since when tries of a step fail, which `attempt` failed last, `at` what time, and when it is tried again with nobody doing anything about it (`retryAt`); it stays, as `failure` does, while the next try is under way, and while the step is held or its run is stopped. `waitedFor` is what it waited for when it was stopped.");

    public static readonly Shape Plan = new("plan", 1, "What a start would do, and why. `plan` is the hash that a start or commit names. `destroys` is what it would delete, empty or overwrite, as it was seen just now, of the whole plan and of each change; `unseen` is why nobody could look. Items are indices: `redone`, `added`, `left`; null where that is all of them and nobody knows yet which those are.");

    public static readonly Shape Operation = new("operation", 1, "What came of a verb that changes something. `position` is an event at or after those that it wrote. `plan`, where the verb is about the next start, has the shape of a plan.");

    public static readonly Shape Explanation = new("explanation", 2, "Why a step ran, was kept, waits or failed: what a start would do with it, what its result was made of, and what happened to it, each with its place in the ledger.");

    public static readonly Shape EditExplanation = new("edit-explanation", 1, "What a start would do if a field had another value: with the step, and with others where that is anything.");

    public static readonly Shape Reviews = new("reviews", 2, "What waits for a person, with its evidence. `evidence` is the digest of what the evaluation found: an approval is for this digest and no other. `destroys` is what is there when asked, `destroysWhenOpened` what was there when the review opened; where `changed` says that they differ, or a program wants to be sure, `workflow approve ADDRESS --evidence HASH` names `now`, the digest of the evidence with these numbers. `unseen` says why nobody could look; then nothing can be approved. `linesWhenApproved` is what was approved before and came out otherwise since.");

    public static readonly Shape Leftovers = new("leftovers", 1, "What is left of steps that no configuration wants any more, and what somebody asked to be taken back. `fate` is left, leaves (the next start takes it back) or waits (something keeps it).");

    public static readonly Shape Runs = new("runs", 1, "The runs of a session, oldest first.");

    public static readonly Shape Rejected = new("rejected", 1, "One line of JSON for each document that a backfill could not write; as YAML a document each, behind `---`. Where it lies in the snapshot, what was sent where, the answer, and its source: the exact text, or `sourceBase64` where it is none. `status` 0 is an answer of our own. The fields are those of the file: [findings](../formats/findings.md).");

    public static readonly Shape RejectedSummary = new("rejected-summary", 1, "The documents that each backfill could not write, by reason. `type` is the target's word, or ours; `place` is INDEX/SHARD/POSITION in the snapshot, by which `workflow rejected show` finds it.");

    public static readonly Shape Revisions = new("revisions", 1, "The revisions of a session's configuration, oldest first.");

    public static readonly Shape Difference = new("difference", 1, "The fields in which two revisions differ; values as canonical JSON, null where there is none.");

    public static readonly Shape Sessions = new("sessions", 1, "The sessions of a home, by name.");

    public static readonly Shape Session = new("session", 1, "What one session has. `steps` counts them by their status.");

    public static readonly Shape Context = new("context", 1, "The part of the migration that verbs act on when no address is typed; null for everything.");

    public static readonly Shape Validation = new("validation", 1, "Whether the text of a configuration is valid (`valid`, which says nothing of clusters), everything that is wrong with it, and, with `--probe`, what connecting found.");

    public static readonly Shape Connections = new("connections", 1, "What each cluster said when it was connected to.");

    public static readonly Shape ClusterIndices = new("cluster-indices", 1, "The indices of each cluster, as its own `_cat/indices` names them.");

    public static readonly Shape Secrets = new("secrets", 1, "The names of the secrets kept. Values are never shown.");

    public static readonly Shape SnapshotList = new("snapshot-list", 1, "The snapshots of a repository.");

    public static readonly Shape SnapshotInspection = new("snapshot-inspection", 1, "What is in a snapshot. `luceneDocuments` and `bytes` are null where a shard cannot be read that they would count.");

    public static readonly Shape Configuration = new("configuration", 0, "The configuration itself, as it could be read back. Its fields: [configuration](configuration.md).");

    public static readonly Shape LogLine = new("log-line", 0, "One line of JSON for each line of the log, as it was written; as YAML a document each, behind `---`. Its fields: [logs](../formats/logs.md).");

    /// <summary>All of them, in the order of the reference.</summary>
    public static ImmutableArray<Shape> All { get; } =
    [
        Status, Plan, Operation, Explanation, EditExplanation, Reviews, Leftovers, Runs, RejectedSummary, Rejected, Revisions, Difference, Sessions, Session, Context, Validation,
        Connections, ClusterIndices, Secrets, SnapshotList, SnapshotInspection, Configuration, LogLine,
    ];
}
