using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>
/// What this step has created, or was about to, in order: <c>created.jsonl</c>, one object a line,
/// <c>{"kind","name","index","ours","made","of","to","uuid","as","added"}</c>. A line is durable before the object is created, so whatever a killed run made is in it.
/// </summary>
/// <remarks>
/// Indices and their aliases are kept with the index of the snapshot that they come from, templates with the step. <c>"made": false</c>
/// says that the object is about to be created, the next line of it that it was, or was changed in place, with the definition that it has
/// since (<c>of</c>), the uuid of an index, how the target has it, and what templates added to it; earlier builds wrote one line, without these.
/// <c>"to"</c>, before an object is changed in place, is what it is about to be: killed in the middle it is one or the other, and both are ours.
/// <c>"ours": false</c> takes an object back: somebody else had created it in the meantime, or it is gone. A line that a crash cut off is
/// ignored: its object was not created yet.
/// </remarks>
internal sealed class CreationJournal
{
    private const string FileName = "created.jsonl";

    private readonly IStepFiles _files;
    private readonly Dictionary<ObjectName, CreatedObject> _created = [];

    private CreationJournal(IStepFiles files) => _files = files;

    /// <summary>What is ours, in the order in which it is created: templates, indices, aliases.</summary>
    public IEnumerable<CreatedObject> Created => _created.Values.OrderBy(created => created.Name.Kind);

    /// <summary>Reads what is remembered; makes nothing.</summary>
    public static async Task<CreationJournal> ReadAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var journal = new CreationJournal(files);
        await journal.RebuildAsync(files, item: null, isMended: false, cancellationToken);
        foreach (var item in await files.ListItemsAsync(cancellationToken))
        {
            await journal.RebuildAsync(files.Item(item), item, isMended: false, cancellationToken);
        }

        return journal;
    }

    /// <summary>Reads what is remembered and makes it good for more: lines that a crash cut off are taken away.</summary>
    public static async Task<CreationJournal> OpenAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var journal = new CreationJournal(files);
        await journal.RebuildAsync(files, item: null, isMended: true, cancellationToken);
        foreach (var item in await files.ListItemsAsync(cancellationToken))
        {
            await journal.RebuildAsync(files.Item(item), item, isMended: true, cancellationToken);
        }

        return journal;
    }

    /// <summary>True for what is ours, or was about to be.</summary>
    public bool Has(ObjectName name) => _created.ContainsKey(name);

    /// <summary>Writes down that the object is about to be created.</summary>
    /// <param name="item">The index of the snapshot that it comes from; null for templates.</param>
    /// <param name="definition">What it is to be made of: something else of the name is somebody else's.</param>
    public async Task AddAsync(ObjectName name, string? item, JsonObject definition)
    {
        var created = new CreatedObject(name, item, IsMade: false) { Definition = CanonicalText.Of(definition) };
        await AppendAsync(created, isOurs: true);
        _created[name] = created;
    }

    /// <summary>Writes down that an object that is there is about to be changed.</summary>
    /// <param name="definition">What it is to be.</param>
    public async Task BeginAsync(ObjectName name, JsonObject definition)
    {
        var (had, text) = (_created[name], CanonicalText.Of(definition));
        if (!had.Begun.Contains(text, StringComparer.Ordinal))
        {
            // What earlier changes had begun may still be there.
            var now = had with { BegunLines = had.BegunLines.Length == 0 ? text : $"{had.BegunLines}\n{text}" };
            await AppendAsync(now, isOurs: true);
            _created[name] = now;
        }
    }

    /// <summary>Writes down that the object is there as it was wanted.</summary>
    /// <param name="definition">What it was made of.</param>
    /// <param name="uuid">Of an index that was created; null for every other kind, and where it is the same.</param>
    /// <param name="added">What templates added to an index that was created; null where it was not.</param>
    /// <param name="as">How the target has an index that was created; null where it was not.</param>
    public async Task ConfirmAsync(ObjectName name, JsonObject definition, string? uuid, IEnumerable<string>? added = null, string? @as = null)
    {
        var had = _created[name];
        var now = had with { IsMade = true, Definition = CanonicalText.Of(definition), BegunLines = "", Uuid = uuid ?? had.Uuid, As = @as ?? had.As, Added = added is null ? had.Added : string.Join('\n', added) };
        if (now != had)
        {
            await AppendAsync(now, isOurs: true);
            _created[name] = now;
        }
    }

    /// <summary>What is known of an object; null when it is not ours.</summary>
    public CreatedObject? Of(ObjectName name) => _created.GetValueOrDefault(name);

    /// <summary>Takes an object back that somebody else had created, or that is gone.</summary>
    public async Task TakeBackAsync(ObjectName name)
    {
        if (_created.Remove(name, out var created))
        {
            await AppendAsync(created with { IsMade = false, Definition = null, BegunLines = "", Uuid = null, As = null, Added = "" }, isOurs: false);
        }
    }

    private Task AppendAsync(CreatedObject created, bool isOurs)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("kind", created.Name.Kind.ToString());
            json.WriteString("name", created.Name.Name);
            json.WriteString("index", created.Name.Index);
            json.WriteBoolean("ours", isOurs);
            json.WriteBoolean("made", created.IsMade);
            if (created.Definition is { } definition)
            {
                json.WriteString("of", definition);
            }

            if (created.BegunLines.Length > 0)
            {
                json.WriteString("to", created.BegunLines);
            }

            if (created.Uuid is { } uuid)
            {
                json.WriteString("uuid", uuid);
            }

            if (created.As is { } form)
            {
                json.WriteString("as", form);
            }

            if (created.Added.Length > 0)
            {
                json.WriteString("added", created.Added);
            }

            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');

        // Not to be given up half-way: an object without its line would be nobody's.
        return (created.Item is null ? _files : _files.Item(created.Item)).AppendAsync(FileName, line.ToArray(), CancellationToken.None).AsTask();
    }

    private async Task RebuildAsync(IStepFiles files, string? item, bool isMended, CancellationToken cancellationToken)
    {
        if (await files.ReadAsync(FileName, cancellationToken) is not { } text)
        {
            return;
        }

        var good = 0;
        for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.AsMemory(good, end));
            var root = line.RootElement;
            var name = new ObjectName(Enum.Parse<ObjectKind>(root.GetProperty("kind").GetString()!), root.GetProperty("name").GetString()!, root.GetProperty("index").GetString());
            if (root.GetProperty("ours").GetBoolean())
            {
                _created[name] = new(name, item, IsMade: !root.TryGetProperty("made", out var made) || made.GetBoolean())
                {
                    Definition = root.TryGetProperty("of", out var definition) ? definition.GetString() : null,
                    BegunLines = root.TryGetProperty("to", out var begun) ? begun.GetString()! : "",
                    Uuid = root.TryGetProperty("uuid", out var uuid) ? uuid.GetString() : null,
                    As = root.TryGetProperty("as", out var form) ? form.GetString() : null,
                    Added = root.TryGetProperty("added", out var added) ? added.GetString()! : "",
                };
            }
            else
            {
                _created.Remove(name);
            }
        }

        if (isMended)
        {
            await files.CutAsync(FileName, good, cancellationToken);
        }
    }
}

/// <summary>An object that is ours.</summary>
/// <param name="Item">The index of the snapshot that it comes from; null for templates, and for what an earlier build made.</param>
/// <param name="IsMade">False when it was about to be created, and nobody knows whether it was.</param>
internal sealed record CreatedObject(ObjectName Name, string? Item, bool IsMade)
{
    /// <summary>What it was made of, or changed to last, or is about to be made of; null where an earlier build did not keep that.</summary>
    public string? Definition { get; init; }

    /// <summary>What changes in place that nobody saw the end of would have made of it; empty where there are none.</summary>
    public IEnumerable<string> Begun => BegunLines.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same, a line each.</summary>
    public string BegunLines { get; init; } = "";

    /// <summary>Of an index, by which it is told from another one that somebody made in its place; null where it is not known.</summary>
    public string? Uuid { get; init; }

    /// <summary>How the target had an index when it was created, by which one that was emptied since is known again; null where it is not known.</summary>
    public string? As { get; init; }

    /// <summary>What templates added to an index when it was created, a line each.</summary>
    public string Added { get; init; } = "";

    /// <summary>The item whose work it is; null for what belongs to the step. Earlier builds kept none: there an index is its own.</summary>
    public string? TakenBackWith => Item ?? (Name.Kind is ObjectKind.Index or ObjectKind.Alias ? Name.Index ?? Name.Name : null);
}
