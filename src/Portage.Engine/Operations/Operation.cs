using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <summary>A verb that changes something. Every face makes these; the holder of the lease performs them.</summary>
/// <remarks>The JSON form is what a verb sends to a running controller; both are always of one release.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "operation")]
[JsonDerivedType(typeof(Configure), "configure")]
[JsonDerivedType(typeof(Edit), "edit")]
[JsonDerivedType(typeof(Commit), "commit")]
[JsonDerivedType(typeof(Discard), "discard")]
[JsonDerivedType(typeof(RevertTo), "revertTo")]
[JsonDerivedType(typeof(CreateSession), "createSession")]
[JsonDerivedType(typeof(SwitchSession), "switchSession")]
[JsonDerivedType(typeof(RenameSession), "renameSession")]
[JsonDerivedType(typeof(DeleteSession), "deleteSession")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Approve), "approve")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(Redo), "redo")]
[JsonDerivedType(typeof(Resend), "resend")]
[JsonDerivedType(typeof(Collect), "collect")]
public abstract record Operation
{
    private Operation()
    {
    }

    /// <summary>The session to act on; null for the active one.</summary>
    public string? Session { get; init; }

    /// <summary>Who does it.</summary>
    public required string By { get; init; }

    /// <summary>Replaces the pending configuration, whole.</summary>
    /// <param name="Text">YAML or JSON.</param>
    /// <param name="FileName">What diagnostics call the text.</param>
    public sealed record Configure(string Text, string FileName, string? Message) : Operation;

    /// <summary>Changes the pending configuration at a path.</summary>
    /// <param name="Value">YAML or JSON; null for a removal.</param>
    public sealed record Edit(EditKind Kind, string Path, string? Value, string? Message) : Operation;

    /// <summary>Makes the pending revision the current one.</summary>
    public sealed record Commit : Operation
    {
        /// <summary>The revision that was looked at: another one is not committed. Null for whichever is pending.</summary>
        public int? Revision { get; init; }

        /// <summary>The hash of the plan that was looked at, whole: a revision whose plan is another one by now is not committed. Null where nobody looked.</summary>
        public string? Plan { get; init; }

        /// <summary>What was seen of what that plan may destroy.</summary>
        public ImmutableArray<Seen> Seen { get; init; } = [];
    }

    /// <summary>Drops the pending revision.</summary>
    public sealed record Discard : Operation;

    /// <summary>Makes an old revision's configuration pending again.</summary>
    public sealed record RevertTo(int Revision) : Operation;

    /// <summary>Makes a session, and switches to it.</summary>
    /// <param name="From">A session whose configuration it begins with; null for none.</param>
    public sealed record CreateSession(string Name, string? From) : Operation;

    /// <summary>Makes a session the active one.</summary>
    public sealed record SwitchSession(string Name) : Operation;

    /// <summary>Gives a session in which nothing is under way another name, which no other session has.</summary>
    public sealed record RenameSession(string Name, string To) : Operation;

    /// <summary>Deletes a session that is not running and has left nothing behind, or whose leftovers the user accepts.</summary>
    public sealed record DeleteSession(string Name, bool Force) : Operation;

    /// <summary>Starts the plan of the current configuration.</summary>
    /// <param name="Plan">The hash shown, or its beginning; null for whichever it is.</param>
    public sealed record Start(string? Plan) : Operation
    {
        /// <summary>What was seen, just now, of what the plan may destroy. A plan that may destroy something is not started without.</summary>
        public ImmutableArray<Seen> Seen { get; init; } = [];

        /// <summary>The ids of the target clusters that answered, by their addresses in the configuration.</summary>
        public ImmutableSortedDictionary<string, string>? Clusters { get; init; }
    }

    /// <summary>Ends the run; workloads finish their batch and keep their position.</summary>
    public sealed record Stop : Operation;

    /// <summary>Holds steps.</summary>
    public sealed record Pause(ImmutableArray<string> Patterns) : Operation;

    /// <summary>Lets held steps go on.</summary>
    public sealed record Resume(ImmutableArray<string> Patterns) : Operation;

    /// <summary>Lets steps under review go on.</summary>
    public sealed record Approve(ImmutableArray<Reviewed> Steps, string? Comment) : Operation;

    /// <summary>Asks for steps to be done anew by the next start though nothing about them changed, or takes that back.</summary>
    public sealed record Redo(ImmutableArray<string> Patterns, bool IsWanted) : Operation
    {
        /// <summary>Only steps of this kind; null for all.</summary>
        public StepKind? Kind { get; init; }
    }

    /// <summary>Asks for the documents that backfills could not write to be sent again by the next start, or takes that back.</summary>
    public sealed record Resend(ImmutableArray<string> Patterns, bool IsWanted) : Operation;

    /// <summary>Asks for work that no configuration wants any more to be taken back by the next start, or takes that back.</summary>
    public sealed record Collect(ImmutableArray<string> Patterns, bool IsWanted) : Operation;

    /// <summary>Refuses steps under review.</summary>
    public sealed record Reject(ImmutableArray<Reviewed> Steps, string? Comment) : Operation;
}

/// <summary>What was seen of what a change would destroy.</summary>
/// <param name="Step">The step that would.</param>
/// <param name="Destroys">What is there.</param>
/// <param name="Unseen">Why nobody could look; null where somebody did.</param>
public sealed record Seen(StepAddress Step, ImmutableArray<Destruction> Destroys, string? Unseen);

/// <summary>How a path is edited.</summary>
public enum EditKind
{
    /// <summary>There is nothing yet.</summary>
    Add,

    /// <summary>There is something.</summary>
    Update,

    /// <summary>It goes.</summary>
    Remove,
}

/// <summary>A step under review, and the evidence that the person saw.</summary>
/// <param name="Evidence">Digest of what was shown.</param>
public sealed record Reviewed(StepAddress Step, Fingerprint Evidence)
{
    /// <summary>What it would destroy, looked at just now; null where nobody looked.</summary>
    public ImmutableArray<Destruction>? Now { get; init; }

    /// <summary>Why that could not be looked at; null where it was, or nothing is destroyed.</summary>
    public string? Unseen { get; init; }

    /// <summary>How the approver named these very numbers, by <see cref="Relook.Digest"/> or its beginning; null where nobody saw them.</summary>
    public string? Named { get; init; }
}

/// <summary>What came of an operation.</summary>
public sealed record OperationResult
{
    /// <summary>What the user should know; an error means that nothing was changed.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>What was done, a sentence each.</summary>
    public ImmutableArray<string> Messages { get; init; } = [];

    /// <summary>What to write down. Never leaves the process.</summary>
    [JsonIgnore]
    public ImmutableArray<LedgerEvent> Events { get; init; } = [];

    /// <summary>The run started or under way; null when there is none.</summary>
    public int? Run { get; init; }

    /// <summary>True when it recorded a revision that is not committed.</summary>
    public bool LeavesPending { get; init; }

    /// <summary>The last event of the ledger once it was answered: its own, or a later one.</summary>
    public long Position { get; init; }

    /// <summary>True when the operation asked for something that there was nothing of.</summary>
    public bool NothingToDo { get; init; }

    /// <summary>True when nothing was changed because of an error.</summary>
    [JsonIgnore]
    public bool HasFailed => Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);

    /// <summary>A refusal.</summary>
    public static OperationResult Refused(params ImmutableArray<Diagnostic> diagnostics) => new() { Diagnostics = diagnostics };
}

/// <summary>How operations travel to the controller and results back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(StepAddressJson), typeof(FingerprintJson)])]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(OperationResult))]
public sealed partial class OperationJson : JsonSerializerContext;
