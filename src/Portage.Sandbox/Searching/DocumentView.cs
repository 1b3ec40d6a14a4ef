using System.Text.Json;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Searching;

/// <summary>A document under a query: its source is parsed when a query first asks for it, and most never do.</summary>
internal sealed class DocumentView(StoredDocument document) : IDisposable
{
    private JsonDocument? _parsed;

    public StoredDocument Document => document;

    public JsonElement Source => (_parsed ??= document.Source.IsEmpty ? JsonDocument.Parse("{}") : SourceJson.Parse(document.Source)).RootElement;

    public void Dispose() => _parsed?.Dispose();
}
