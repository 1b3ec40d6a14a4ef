using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Tells which templates other slices of the configuration, and of other sessions, want on the same target: these stay, whichever slice made them.</summary>
/// <remarks>
/// Asked of the configuration as it is now, which of a slice that leaves is not the one it was made with: of two slices that leave together
/// neither wants anything. Other snapshots are read only when it is asked for the first time.
/// </remarks>
internal sealed class WantedElsewhere(StepContext context, SliceOnTarget on)
{
    private ImmutableArray<Other>? _others;

    /// <summary>Which other slice wants a template, as <c>slice recent wants it</c>; null where none does.</summary>
    /// <param name="there">As the target has it.</param>
    public async Task<string?> WhyAsync(ObjectName name, JsonObject there, CancellationToken cancellationToken)
    {
        if (name.Kind is ObjectKind.Index or ObjectKind.Alias)
        {
            return null;
        }

        _others ??= await OthersAsync(cancellationToken);
        return _others.Value.Select(other => other.Why(name, there)).FirstOrDefault(why => why is not null);
    }

    /// <summary>Why each of our templates stays that another slice wants, where everything of ours goes.</summary>
    public async Task<ImmutableDictionary<ObjectName, string>> SparedAsync(CreationJournal journal, TargetState state, CancellationToken cancellationToken)
    {
        var spared = ImmutableDictionary.CreateBuilder<ObjectName, string>();
        foreach (var name in journal.Created.Select(created => created.Name).Where(name => name.Kind is not (ObjectKind.Index or ObjectKind.Alias)))
        {
            if (state.Find(name) is { } there && await WhyAsync(name, there, cancellationToken) is { } why)
            {
                spared.Add(name, why);
            }
        }

        return spared.ToImmutable();
    }

    private async Task<ImmutableArray<Other>> OthersAsync(CancellationToken cancellationToken)
    {
        var others = ImmutableArray.CreateBuilder<Other>();
        foreach (var other in InSamePlace(context.Wanted ?? context.Config))
        {
            if ((other.SourceName, other.SliceName, other.TargetName) != (on.SourceName, on.SliceName, on.TargetName))
            {
                var name = other.SourceName == on.SourceName ? other.SliceName : $"{other.SourceName}/{other.SliceName}";
                others.Add(new($"slice {name}", other.Slice, await SelectedAsync(other, context, cancellationToken)));
            }
        }

        foreach (var session in context.OtherSessions)
        {
            foreach (var other in InSamePlace(session.Config))
            {
                others.Add(new($"session {session.Name} ({other.SourceName}/{other.SliceName})", other.Slice, await SelectedAsync(other, context with { Outputs = session.Outputs }, cancellationToken)));
            }
        }

        return others.DrainToImmutable();
    }

    private IEnumerable<SliceOnTarget> InSamePlace(MigrationConfig config)
    {
        var endpoint = EndpointOf(on.Config, on.TargetName);
        return SliceOnTarget.AllOf(config).Where(other => !other.Slice.Metadata.Skip && EndpointOf(config, other.TargetName) == endpoint);
    }

    private static string? EndpointOf(MigrationConfig config, string target) => config.Targets.GetValueOrDefault(target)?.Endpoint?.TrimEnd('/');

    /// <summary>The templates that a slice selects; null where its snapshot is not there yet, or cannot be read now.</summary>
    private static async Task<ImmutableHashSet<ObjectName>?> SelectedAsync(SliceOnTarget other, StepContext within, CancellationToken cancellationToken)
    {
        try
        {
            if (await SliceReading.FindSnapshotAsync(other, within, cancellationToken) is not { } snapshot)
            {
                return null;
            }

            return [.. (await SelectedTemplates.ReadAsync(other, snapshot, cancellationToken)).Names];
        }
        catch (StepException)
        {
            // What cannot be looked into may want it.
            return null;
        }
    }

    /// <summary>Another slice.</summary>
    /// <param name="Name">As <c>slice recent</c>.</param>
    /// <param name="Selected">Null where that is not known.</param>
    private sealed record Other(string Name, SliceConfig Slice, ImmutableHashSet<ObjectName>? Selected)
    {
        public string? Why(ObjectName name, JsonObject there)
        {
            if (Selected is { } selected)
            {
                return selected.Contains(name) ? $"{Name} wants it" : null;
            }

            var may = Slice.Metadata.Templates is { } named ? SourceObjects.IsNamed(named, name.Name) : PatternsOf(there).Any(MayHaveIndices);
            return may ? $"{Name} may want it: its snapshot cannot be looked into now" : null;
        }

        private bool MayHaveIndices(string pattern) => SliceContents.Patterns(Slice).Include.Any(include => PatternOverlap.Meet(include, pattern));

        private static IEnumerable<string> PatternsOf(JsonObject template) => (template["index_patterns"] ?? template["template"]) switch
        {
            JsonArray several => several.Select(pattern => $"{pattern}"),
            JsonValue one => [one.ToString()],
            _ => [],
        };
    }
}
