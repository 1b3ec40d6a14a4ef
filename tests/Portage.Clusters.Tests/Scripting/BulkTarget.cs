using System.Collections.Concurrent;
using System.Text.Json;

namespace Portage.Clusters.Tests.Scripting;

/// <summary>Answers bulk requests from a list of documents, as a real target would when all goes well.</summary>
internal sealed class BulkTarget
{
    /// <summary>How many times each document was taken, by id.</summary>
    public ConcurrentDictionary<string, int> Taken { get; } = new();

    /// <summary>The ids of a request's operations, in order.</summary>
    public static IReadOnlyList<string> IdsOf(ScriptedRequest request)
    {
        var lines = request.Text.Split('\n');
        Assert.Equal("", lines[^1]);
        var ids = new List<string>();
        for (var i = 0; i < lines.Length - 1; i++)
        {
            using var action = JsonDocument.Parse(lines[i]);
            var operation = action.RootElement.EnumerateObject().Single();
            ids.Add(operation.Value.GetProperty("_id").GetString()!);
            if (operation.Name != "delete")
            {
                using var source = JsonDocument.Parse(lines[++i]);
            }
        }

        return ids;
    }

    public ScriptedReply Take(ScriptedRequest request) => Take(request, _ => null);

    /// <summary>Takes all but those for which there is an error: its status and type.</summary>
    public ScriptedReply Take(ScriptedRequest request, Func<string, (int Status, string Type)?> errorOf)
    {
        var hasErrors = false;
        var items = IdsOf(request).Select(id =>
        {
            if (errorOf(id) is { } error)
            {
                hasErrors = true;
                return $$$$"""{"index":{"_index":"logs","_id":{{{{JsonSerializer.Serialize(id)}}}},"status":{{{{error.Status}}}},"error":{"type":"{{{{error.Type}}}}","reason":"why {{{{error.Type}}}}"}}}""";
            }

            var (result, status) = Taken.AddOrUpdate(id, 1, (_, count) => count + 1) == 1 ? ("created", 201) : ("updated", 200);
            return $$$$"""{"index":{"_index":"logs","_id":{{{{JsonSerializer.Serialize(id)}}}},"status":{{{{status}}}},"result":"{{{{result}}}}"}}""";
        }).ToList();
        return ScriptedReply.Json($$"""{"took":1,"errors":{{(hasErrors ? "true" : "false")}},"items":[{{string.Join(',', items)}}]}""");
    }
}
