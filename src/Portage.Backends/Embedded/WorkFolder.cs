using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>
/// The folder of one piece of work: what is to be done, by whom, how far it is and what came of it. Controller and worker
/// talk through its files.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>assignment.json</term><description>what to do; written before the worker starts</description></item>
/// <item><term>fence</term><description>the token that may write; a worker with another one stops at once</description></item>
/// <item><term>lock</term><description>held by the worker as long as it lives</description></item>
/// <item><term>helpers</term><description>held, shared, by each process that helps the worker</description></item>
/// <item><term>worker.json</term><description>process and token of the worker that has the lock</description></item>
/// <item><term>tuning.json, tuning.ack</term><description>the newest configuration, and the fingerprint of the one taken over</description></item>
/// <item><term>progress.json</term><description>how far it is; replaced a few times a second</description></item>
/// <item><term>moved</term><description>the token of the last worker whose work moved on: its death was bad luck</description></item>
/// <item><term>serving.json</term><description>the newest reading of a service; replaced a few times a second at most</description></item>
/// <item><term>outcome.json</term><description>what came of it; durable before the worker ends</description></item>
/// </list>
/// Whatever else is there belongs to the step.
/// </remarks>
/// <param name="path">Absolute.</param>
public sealed class WorkFolder(string path)
{
    private static readonly System.Collections.Frozen.FrozenSet<string> OfTheBackend = System.Collections.Frozen.FrozenSet.Create(
        StringComparer.Ordinal,
        "assignment.json", "fence", "lock", "helpers", "worker.json", "tuning.json", "tuning.ack", "progress.json", "moved", "serving.json", "outcome.json");

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    internal string Lock => File("lock");

    internal string Helpers => File("helpers");

    internal long Fence
    {
        get => DurableFile.Read(File("fence")) is { } text ? long.Parse(text, provider: null) : 0;
        set => DurableFile.Write(File("fence"), System.Text.Encoding.ASCII.GetBytes($"{value}"));
    }

    internal WorkloadAssignment? Assignment
    {
        get => Read("assignment.json", WorkJson.Default.WorkloadAssignment);
        set => DurableFile.Write(File("assignment.json"), JsonSerializer.SerializeToUtf8Bytes(value!, WorkJson.Default.WorkloadAssignment));
    }

    internal WorkerInfo? Worker
    {
        get => Read("worker.json", WorkJson.Default.WorkerInfo);
        set => DurableFile.Publish(File("worker.json"), JsonSerializer.SerializeToUtf8Bytes(value!, WorkJson.Default.WorkerInfo));
    }

    internal WorkOutcome? Outcome
    {
        get
        {
            try
            {
                return Read("outcome.json", WorkJson.Default.WorkOutcome);
            }
            catch (JsonException)
            {
                // A disk that did not keep what it promised: work without an outcome goes on from its position.
                return null;
            }
        }

        set => DurableFile.Write(File("outcome.json"), JsonSerializer.SerializeToUtf8Bytes(value!, WorkJson.Default.WorkOutcome));
    }

    /// <summary>The newest reading of a service; null before there was one.</summary>
    internal ServiceReading? Serving
    {
        get => Read("serving.json", WorkJson.Default.ServiceReading);
        set => DurableFile.Publish(File("serving.json"), JsonSerializer.SerializeToUtf8Bytes(value!, WorkJson.Default.ServiceReading));
    }

    internal string? Tuning
    {
        get => DurableFile.Read(File("tuning.json")) is { } text ? System.Text.Encoding.UTF8.GetString(text) : null;
        set => DurableFile.Publish(File("tuning.json"), System.Text.Encoding.UTF8.GetBytes(value!));
    }

    internal Fingerprint? TuningTaken
    {
        get => DurableFile.Read(File("tuning.ack")) is { } text ? new(System.Text.Encoding.ASCII.GetString(text)) : null;
        set => DurableFile.Publish(File("tuning.ack"), System.Text.Encoding.ASCII.GetBytes(value!.Value.Hex));
    }

    /// <summary>The token of the last worker whose work moved on; null before any did.</summary>
    internal long? MovedBy
    {
        get => DurableFile.Read(File("moved")) is { } text ? long.Parse(text, provider: null) : null;
        set => DurableFile.Publish(File("moved"), System.Text.Encoding.ASCII.GetBytes($"{value}"));
    }

    /// <summary>How far the work is; null before the first word.</summary>
    public StepProgress? Progress => Read("progress.json", WorkJson.Default.StepProgress);

    /// <summary>True while a worker lives, or a process that helped it and has not found out yet that it is gone.</summary>
    public bool HasLivingWorker => HomeLock.IsHeldBySomebody(Lock) || Posix.IsLocked(Helpers, byOneWhoShares: true);

    /// <summary>The process of the worker that lives; null when none does.</summary>
    public int? LivingWorker => HasLivingWorker ? Worker?.Process : null;

    /// <summary>What is seen of the work. What cannot be looked at counts as alive, because nobody may say that it is over.</summary>
    /// <param name="trouble">What the controller told of it.</param>
    /// <param name="token">The worker's, as the ledger has it; null where none is at work.</param>
    public StepSight Sight(WatchTrouble? trouble, long? token)
    {
        var progress = Try(() => Progress, null);

        // The lock first: a worker writes its outcome before it lets go.
        var (isAlive, hasEnded) = Try(() => HasLivingWorker ? (true, false) : (false, token is not null && Outcome?.Token == token), (true, false));
        return new(progress, isAlive, trouble)
        {
            HasEnded = hasEnded,
            Serving = Try(() => Serving is { } said && said.Token == Worker?.Token ? new WorkloadSighting.Serving(said.Report, said.Outputs, said.At) : null, null),
        };
    }

    private static T Try<T>(Func<T> look, T otherwise)
    {
        try
        {
            return look();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return otherwise;
        }
    }

    internal void Publish(StepProgress progress)
    {
        Directory.CreateDirectory(Path);
        DurableFile.Publish(File("progress.json"), JsonSerializer.SerializeToUtf8Bytes(progress, WorkJson.Default.StepProgress));
    }

    internal void Forget(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            System.IO.File.Delete(File(name));
        }
    }

    /// <summary>True for the files of the table above: none of the step's.</summary>
    internal static bool IsOfTheBackend(string name) => OfTheBackend.Contains(name);

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    private T? Read<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class =>
        DurableFile.Read(File(name)) is { Length: > 0 } text ? JsonSerializer.Deserialize(text, type) : null;
}

/// <summary>The worker that has the lock of its folder.</summary>
internal sealed record WorkerInfo(int Process, long Token);

/// <summary>What came of a worker's work.</summary>
/// <param name="Token">The worker's; an outcome of an older one is no outcome.</param>
internal sealed record WorkOutcome(long Token, StepReport? Report, StepOutputs? Outputs, Diagnostic? Failure, bool IsTransient)
{
    /// <summary>What it found instead of what was approved, having changed nothing; null otherwise.</summary>
    public StepReport? Evidence { get; init; }
}

/// <summary>What a service said of itself.</summary>
/// <param name="Token">Of the worker that said it.</param>
internal sealed record ServiceReading(long Token, DateTimeOffset At, StepReport Report, StepOutputs Outputs);

/// <summary>How the files of a work folder are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FingerprintJson), typeof(OutputsByAddressJson), typeof(StepAddressJson)])]
[JsonSerializable(typeof(WorkloadAssignment))]
[JsonSerializable(typeof(WorkerInfo))]
[JsonSerializable(typeof(WorkOutcome))]
[JsonSerializable(typeof(ServiceReading))]
[JsonSerializable(typeof(StepProgress))]
[JsonSerializable(typeof(Dictionary<string, StepOutputs>))]
internal sealed partial class WorkJson : JsonSerializerContext;

/// <summary>Outputs by address, with the address as its text form.</summary>
internal sealed class OutputsByAddressJson : JsonConverter<ImmutableDictionary<StepAddress, StepOutputs>>
{
    public override ImmutableDictionary<StepAddress, StepOutputs> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, WorkJson.Default.DictionaryStringStepOutputs)!.ToImmutableDictionary(pair => StepAddress.Parse(pair.Key), pair => pair.Value);

    public override void Write(Utf8JsonWriter writer, ImmutableDictionary<StepAddress, StepOutputs> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value), WorkJson.Default.DictionaryStringStepOutputs);
}

/// <summary>Finds the work folders of a home, and publishes progress into them a few times a second at most.</summary>
/// <param name="home">The home.</param>
/// <param name="time">The clock.</param>
public sealed class WorkFolders(Home home, TimeProvider time) : IWorkFolders
{
    /// <inheritdoc/>
    public string Of(string session, StepAddress step, Fingerprint identity) => home.WorkOf(session, step, identity);

    /// <inheritdoc/>
    /// <remarks>
    /// How many were followed stands in a file beside the folders, because a session may have the name that another one had before: a
    /// folder alone does not tell whose it is. Whoever holds the home follows before anything is done under the new names.
    /// </remarks>
    /// <exception cref="IOException">A folder cannot be moved; nothing may be done under its new name.</exception>
    public void Follow(IReadOnlyList<(string From, string To)> renames)
    {
        var followed = home.RenamesFollowed;
        if (renames.Count <= followed)
        {
            if (renames.Count < followed)
            {
                // Of a ledger that is no more.
                home.RenamesFollowed = renames.Count;
            }

            return;
        }

        foreach (var (from, to) in renames.Skip(followed).Select(rename => (home.WorkOf(rename.From), home.WorkOf(rename.To))))
        {
            if (Directory.Exists(from))
            {
                // No session had that name: it is of one that was deleted.
                if (Directory.Exists(to))
                {
                    Directory.Delete(to, recursive: true);
                }

                Directory.Move(from, to);
            }
        }

        home.RenamesFollowed = renames.Count;
    }

    /// <inheritdoc/>
    public void Forget(string session)
    {
        try
        {
            Directory.Delete(home.WorkOf(session), recursive: true);
        }
        catch (IOException)
        {
            // Not there, or a file of it is in use: the next look over all of them finds it.
        }
    }

    /// <summary>Deletes the work of sessions that are gone. A session of the same name that is made later must not go on with it.</summary>
    /// <param name="sessions">Those that there are.</param>
    public void ForgetAllBut(IEnumerable<string> sessions)
    {
        var known = sessions.ToHashSet(StringComparer.Ordinal);
        var work = Path.GetDirectoryName(home.WorkOf("any"))!;
        if (Directory.Exists(work))
        {
            foreach (var session in Directory.EnumerateDirectories(work).Select(folder => Path.GetFileName(folder)).Where(name => !known.Contains(name)).ToArray())
            {
                Forget(session);
            }
        }
    }

    /// <inheritdoc/>
    public IStepFiles Files(string workFolder) => new StepFiles(workFolder);

    /// <inheritdoc/>
    public Action<StepProgress> Progress(string workFolder) => new ProgressFile(new WorkFolder(workFolder), time).Publish;
}
