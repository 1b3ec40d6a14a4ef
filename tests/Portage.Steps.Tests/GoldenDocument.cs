using System.Text.Json;

namespace Portage.Steps.Tests;

/// <summary>One line of a golden file: what a server answered for a document.</summary>
internal sealed record GoldenDocument(string? Type, string Id, string? Routing, string? Parent, string? Source)
{
    public static IEnumerable<GoldenDocument> ReadAll(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            using var json = JsonDocument.Parse(line);
            string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
            yield return new(Text("type"), Text("id")!, Text("routing"), Text("parent"), Text("source"));
        }
    }
}
