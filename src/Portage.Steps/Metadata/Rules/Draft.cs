using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Settings and mapping on their way to the target. The rules rewrite it, one after the other, and say what they did.</summary>
internal sealed class Draft(TargetFacts target, SortedDictionary<string, JsonNode> settings)
{
    private readonly ImmutableArray<Finding>.Builder _findings = ImmutableArray.CreateBuilder<Finding>();

    /// <summary>What the target can do.</summary>
    public TargetFacts Target { get; } = target;

    /// <summary>By flat name; texts, or lists of texts.</summary>
    public SortedDictionary<string, JsonNode> Settings { get; } = settings;

    /// <summary>Without types.</summary>
    public JsonObject Mapping { get; set; } = [];

    /// <summary>What was done so far.</summary>
    public ImmutableArray<Finding> Findings => _findings.ToImmutable();

    public string? Setting(string name) => Settings.TryGetValue(name, out var value) ? FlatSettings.Text(value) : null;

    public void Change(string text) => _findings.Add(new(FindingKind.Changed, text));

    public void Drop(string text) => _findings.Add(new(FindingKind.Dropped, text));

    public void Refuse(string text) => _findings.Add(new(FindingKind.Impossible, text));

    /// <summary>Drops a setting and says so.</summary>
    public void DropSetting(string name, string why)
    {
        Drop($"setting {name} = {FlatSettings.Text(Settings[name])} ({why})");
        Settings.Remove(name);
    }
}
