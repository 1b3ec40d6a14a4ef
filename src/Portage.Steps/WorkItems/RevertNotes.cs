using System.Text.Json;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>
/// How far a revert is, item by item: <c>reverting.jsonl</c>, one line a step, <c>{"item","gone"}</c>. What a killed revert had begun is
/// finished, and what it had taken back is told, though nothing else is remembered of it any more.
/// </summary>
/// <remarks>A line that a crash cut off is ignored. All of it is forgotten when the revert is done, or when the step runs again.</remarks>
internal sealed class RevertNotes
{
    private const string FileName = "reverting.jsonl";

    private readonly IStepFiles _files;
    private readonly SortedDictionary<string, bool> _items = new(StringComparer.Ordinal);

    private RevertNotes(IStepFiles files) => _files = files;

    /// <summary>Items that are taken back, in whole or, of an item with several objects, in part.</summary>
    public IEnumerable<string> Gone => _items.Where(item => item.Value).Select(item => item.Key);

    /// <summary>Items of which perhaps something is gone, and not all.</summary>
    public IEnumerable<string> Begun => _items.Where(item => !item.Value).Select(item => item.Key);

    /// <summary>Reads what is remembered and makes it good for more.</summary>
    public static async Task<RevertNotes> OpenAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var notes = new RevertNotes(files);
        if (await files.ReadAsync(FileName, cancellationToken) is { } text)
        {
            var good = 0;
            for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
            {
                using var line = JsonDocument.Parse(text.AsMemory(good, end));
                notes._items[line.RootElement.GetProperty("item").GetString()!] = line.RootElement.GetProperty("gone").GetBoolean();
            }

            await files.CutAsync(FileName, good, cancellationToken);
        }

        return notes;
    }

    /// <summary>Forgets all of it.</summary>
    public static ValueTask ForgetAsync(IStepFiles files, CancellationToken cancellationToken) => files.DeleteAsync(FileName, cancellationToken);

    /// <summary>Writes down that something of an item is about to go.</summary>
    public Task BeginAsync(string item) => _items.ContainsKey(item) ? Task.CompletedTask : AppendAsync(item, isGone: false);

    /// <summary>Writes down that an item is gone.</summary>
    public Task EndAsync(string item) => _items.GetValueOrDefault(item) ? Task.CompletedTask : AppendAsync(item, isGone: true);

    private async Task AppendAsync(string item, bool isGone)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("item", item);
            json.WriteBoolean("gone", isGone);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');

        // Not to be given up half-way: what is destroyed without its line would count as still there.
        await _files.AppendAsync(FileName, line.ToArray(), CancellationToken.None);
        _items[item] = isGone;
    }
}
