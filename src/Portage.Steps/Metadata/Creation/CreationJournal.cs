using System.Text.Json;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>
/// What this step has created, or was about to, in order: <c>created.jsonl</c>, one object a line,
/// <c>{"kind","name","index","ours","made"}</c>. A line is durable before the object is created, so whatever a killed run made is in it.
/// </summary>
/// <remarks>
/// Indices and their aliases are kept with the index of the snapshot that they come from, templates with the step. <c>"made": false</c>
/// says that the object is about to be created, the next line of it that it was; earlier builds wrote one line, without the word.
/// <c>"ours": false</c> takes an object back: somebody else had created it in the meantime. A line that a crash cut off is
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

    /// <summary>
    /// True for what is ours, and for every alias of an index that is ours: a template may have added it when the index
    /// was created, a moment before its own turn came.
    /// </summary>
    public bool Has(ObjectName name) => _created.ContainsKey(name)
        || (name is { Kind: ObjectKind.Alias, Index: { } index } && _created.ContainsKey(new(ObjectKind.Index, index)));

    /// <summary>Writes down that the object is about to be created.</summary>
    /// <param name="item">The index of the snapshot that it comes from; null for templates.</param>
    public async Task AddAsync(ObjectName name, string? item)
    {
        await AppendAsync(name, item, isOurs: true, isMade: false);
        _created[name] = new(name, item, IsMade: false);
    }

    /// <summary>Writes down that the object was created.</summary>
    public async Task ConfirmAsync(ObjectName name)
    {
        if (_created[name] is { IsMade: false } created)
        {
            await AppendAsync(name, created.Item, isOurs: true, isMade: true);
            _created[name] = created with { IsMade = true };
        }
    }

    /// <summary>Takes an object back that somebody else had created, or that is gone.</summary>
    public async Task TakeBackAsync(ObjectName name)
    {
        if (_created.Remove(name, out var created))
        {
            await AppendAsync(name, created.Item, isOurs: false, isMade: false);
        }
    }

    private Task AppendAsync(ObjectName name, string? item, bool isOurs, bool isMade)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("kind", name.Kind.ToString());
            json.WriteString("name", name.Name);
            json.WriteString("index", name.Index);
            json.WriteBoolean("ours", isOurs);
            json.WriteBoolean("made", isMade);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');

        // Not to be given up half-way: an object without its line would be nobody's.
        return (item is null ? _files : _files.Item(item)).AppendAsync(FileName, line.ToArray(), CancellationToken.None).AsTask();
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
                _created[name] = new(name, item, IsMade: !root.TryGetProperty("made", out var made) || made.GetBoolean());
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
internal sealed record CreatedObject(ObjectName Name, string? Item, bool IsMade);
