using System.Text.Json;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>
/// What this step has created, or was about to, in order: <c>created.jsonl</c> in its work folder, one object a line,
/// <c>{"kind","name","index","ours"}</c>. A line is on disk before the object is created, so whatever a killed run made is in it.
/// </summary>
/// <remarks>
/// <c>"ours": false</c> takes a line back: somebody else had created the object in the meantime. A line that a crash cut off is
/// ignored: its object was not created yet.
/// </remarks>
internal sealed class CreationJournal
{
    private readonly string _file;
    private readonly List<ObjectName> _created = [];

    private CreationJournal(string file) => _file = file;

    /// <summary>What is ours, in the order in which it was created.</summary>
    public IReadOnlyList<ObjectName> Created => _created;

    /// <summary>Reads the journal of a work folder; makes nothing.</summary>
    public static CreationJournal Open(string workFolder)
    {
        var journal = new CreationJournal(Path.Combine(workFolder, "created.jsonl"));
        if (File.Exists(journal._file))
        {
            journal.Rebuild();
        }

        return journal;
    }

    /// <summary>
    /// True for what is ours, and for every alias of an index that is ours: a template may have added it when the index
    /// was created, a moment before its own turn came.
    /// </summary>
    public bool Has(ObjectName name) => _created.Contains(name)
        || (name is { Kind: ObjectKind.Alias, Index: { } index } && _created.Contains(new(ObjectKind.Index, index)));

    /// <summary>Writes down that the object is about to be created, and returns when that survives a power loss.</summary>
    public void Add(ObjectName name)
    {
        Append(name, isOurs: true);
        _created.Add(name);
    }

    /// <summary>Takes an object back that somebody else had created.</summary>
    public void TakeBack(ObjectName name)
    {
        Append(name, isOurs: false);
        _created.Remove(name);
    }

    /// <summary>Nothing is left of what was created.</summary>
    public void Delete()
    {
        if (File.Exists(_file))
        {
            File.Delete(_file);
        }

        _created.Clear();
    }

    private void Append(ObjectName name, bool isOurs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("kind", name.Kind.ToString());
            json.WriteString("name", name.Name);
            json.WriteString("index", name.Index);
            json.WriteBoolean("ours", isOurs);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        using var file = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
        file.Flush(flushToDisk: true);
    }

    private void Rebuild()
    {
        var text = File.ReadAllBytes(_file);
        var good = 0;
        for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.AsMemory(good, end));
            var root = line.RootElement;
            var name = new ObjectName(Enum.Parse<ObjectKind>(root.GetProperty("kind").GetString()!), root.GetProperty("name").GetString()!, root.GetProperty("index").GetString());
            _created.Remove(name);
            if (root.GetProperty("ours").GetBoolean())
            {
                _created.Add(name);
            }
        }

        if (good < text.Length)
        {
            using var file = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.Read);
            file.SetLength(good);
            file.Flush(flushToDisk: true);
        }
    }
}
