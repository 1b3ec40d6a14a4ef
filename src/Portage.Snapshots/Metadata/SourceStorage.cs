using System.Text.Json;
using Portage.Snapshots.Rebuilding;

namespace Portage.Snapshots.Metadata;

/// <summary>How much of each document's source an index stores.</summary>
public enum SourceCoverage
{
    /// <summary>All of it, as it was sent.</summary>
    Whole,

    /// <summary>Nothing, and every document's is put together from other data just as the server shows it (synthetic, derived).</summary>
    Rebuilt,

    /// <summary>Only some fields of it (<c>_source.includes</c>, <c>_source.excludes</c>).</summary>
    Part,

    /// <summary>Nothing: <c>_source</c> is disabled, or put together from data that are not read here (synthetic, derived).</summary>
    None,
}

/// <summary>Whether the documents of an index can be read back as they were sent, from its settings and mappings alone.</summary>
/// <param name="Coverage">The least that any of its types stores.</param>
/// <param name="Reason">Which setting says so; null where everything is stored.</param>
/// <remarks>
/// Synthetic sources: Elasticsearch 8.4 and later (<c>_source.mode</c> in the mapping, <c>index.mapping.source.mode</c>, and without
/// any such setting in the index modes <c>logsdb</c> and <c>time_series</c>). Derived sources: OpenSearch 3.2 and later.
/// </remarks>
public sealed record SourceStorage(SourceCoverage Coverage, string? Reason)
{
    /// <summary>Where only a part is stored: the mapped fields that are in no source, by their full names, in order. Others that are not mapped may lack as well.</summary>
    public IReadOnlyList<string> LostFields { get; private init; } = [];

    /// <summary>Of <see cref="SourceCoverage.Rebuilt"/>: how.</summary>
    internal RebuildPlan? Plan { get; private init; }

    /// <summary>True where a server puts the sources together, and false where nobody can.</summary>
    private bool IsPutTogether { get; init; }

    private const int ReasonsMax = 8;
    private const string Derived = "index.derived_source.enabled";

    private static readonly SourceStorage Whole = new(SourceCoverage.Whole, null);

    internal static SourceStorage Of(IndexSettings settings, IReadOnlyList<TypeMapping> mappings)
    {
        var worst = OfSettings(settings, mappings);
        foreach (var mapping in mappings)
        {
            var one = OfMapping(mapping);
            worst = one.Coverage > worst.Coverage || (one.Coverage == SourceCoverage.None && !one.IsPutTogether) ? one : worst;
        }

        if (worst is { Coverage: SourceCoverage.None, IsPutTogether: true })
        {
            return RebuildPlan.TryMake(settings.Find(Derived) == "true", mappings, out var reasons) is { } plan
                ? worst with { Coverage = SourceCoverage.Rebuilt, Plan = plan }
                : worst with { Reason = $"{worst.Reason}, and it cannot be put together: {string.Join(", ", reasons.Take(ReasonsMax))}{(reasons.Count > ReasonsMax ? $" and {reasons.Count - ReasonsMax} more" : "")}" };
        }

        return worst.Coverage == SourceCoverage.Part
            ? worst with { LostFields = [.. mappings.SelectMany(SourceFilter.LostFields).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] }
            : worst;
    }

    private static SourceStorage OfSettings(IndexSettings settings, IReadOnlyList<TypeMapping> mappings)
    {
        const string Mode = "index.mapping.source.mode";
        switch (settings.Find(Mode)?.ToLowerInvariant())
        {
            case "stored":
                return Whole;
            case { } mode and ("disabled" or "synthetic"):
                return new(SourceCoverage.None, $"{Mode} is {mode}") { IsPutTogether = mode == "synthetic" };
        }

        if (settings.Find(Derived) == "true")
        {
            return new(SourceCoverage.None, $"{Derived} is true") { IsPutTogether = true };
        }

        // "mode": "stored" in the mapping turns the default of these index modes off.
        return settings.Find("index.mode")?.ToLowerInvariant() is { } indexMode and ("logsdb" or "time_series")
            && !mappings.Any(mapping => Source(mapping, "mode") is { ValueKind: JsonValueKind.String } mode && mode.ValueEquals("stored"))
                ? new(SourceCoverage.None, $"index.mode {indexMode} has synthetic sources") { IsPutTogether = true }
                : Whole;
    }

    private static SourceStorage OfMapping(TypeMapping mapping)
    {
        var of = mapping.Type == TypeMapping.NoType ? "" : $" of type '{mapping.Type}'";
        if (Source(mapping, "enabled") is { } enabled && (enabled.ValueKind == JsonValueKind.False || IsText(enabled, "false")))
        {
            return new(SourceCoverage.None, $"_source.enabled{of} is false");
        }

        if (Source(mapping, "mode") is { } mode && (IsText(mode, "synthetic") || IsText(mode, "disabled")))
        {
            return new(SourceCoverage.None, $"_source.mode{of} is {mode.GetString()}") { IsPutTogether = IsText(mode, "synthetic") };
        }

        foreach (var list in (string[])["includes", "excludes"])
        {
            if (Source(mapping, list) is { ValueKind: JsonValueKind.Array } fields && fields.GetArrayLength() > 0)
            {
                return new(SourceCoverage.Part, $"_source.{list}{of} is {fields.GetRawText()}");
            }
        }

        return Whole;
    }

    private static bool IsText(JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);

    private static JsonElement? Source(TypeMapping mapping, string name) =>
        mapping.Body.TryGetProperty("_source", out var source) && source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out var value) ? value : null;
}
