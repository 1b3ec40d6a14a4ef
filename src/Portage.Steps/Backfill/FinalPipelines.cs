using System.Collections.Immutable;
using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Keeps an index's final pipeline from changing documents that have been through one already: sets it aside while they are sent.</summary>
/// <remarks>
/// A request can refuse a default pipeline, and nothing but the setting keeps a final one away. What it was is on disk before it is set
/// aside, so that a kill between any two requests loses nothing. What somebody else sets meanwhile is what comes back in the end.
/// </remarks>
internal sealed class FinalPipelines(ClusterClient client, BackfillNotes notes, Action assertLease)
{
    /// <summary>The setting.</summary>
    public const string Setting = "index.final_pipeline";

    private const string None = "_none";

    private readonly ClusterMetadata _metadata = new(client);
    private readonly Turns _turns = new();

    /// <summary>What a request has to ask for, to tell whether an index is the one it was, and which pipeline it has.</summary>
    public static string[] Asked { get; } = [ClusterMetadata.UuidSetting, Setting];

    /// <summary>The pipeline that documents would run through; null where there is none.</summary>
    public static string? Of(Dictionary<string, string> settings) => settings.GetValueOrDefault(Setting) is { Length: > 0 } name && name != None ? name : null;

    /// <summary>Sets the pipeline of an index aside, whether it was there from the beginning or somebody has set it meanwhile.</summary>
    /// <param name="uuid">The index's own.</param>
    public Task SetAsideAsync(string index, string uuid, CancellationToken cancellationToken) => _turns.TakeAsync(async () =>
    {
        // Another reader may have done it since the caller looked, and somebody may have set another one after that.
        if (await _metadata.FindSettingsAsync(index, Asked, cancellationToken) is not { } now || now.GetValueOrDefault(ClusterMetadata.UuidSetting) != uuid || Of(now) is not { } pipeline)
        {
            return;
        }

        var noted = await notes.FinalPipelinesAsync(cancellationToken);
        await notes.WriteFinalPipelinesAsync(noted.SetItem(index, new(uuid, pipeline, IsAside: true)), cancellationToken);
        await PutAsync(index, None, cancellationToken);
    });

    /// <summary>Sets again what was set aside, but where somebody has set something else since, or made another index of the name.</summary>
    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        var noted = await notes.FinalPipelinesAsync(cancellationToken);
        foreach (var (index, had) in noted.Where(noted => noted.Value.IsAside))
        {
            var setting = await _metadata.FindSettingsAsync(index, Asked, cancellationToken) is { } now && now.GetValueOrDefault(ClusterMetadata.UuidSetting) == had.Uuid ? now.GetValueOrDefault(Setting) : null;
            if (setting == None)
            {
                await PutAsync(index, had.Pipeline, cancellationToken);
            }

            // A kill may have come before it was set aside, or after it was set again.
            noted = noted.SetItem(index, had with { IsAside = false, IsSetAgain = setting == None || setting == had.Pipeline });
            await notes.WriteFinalPipelinesAsync(noted, cancellationToken);
        }
    }

    /// <summary>The items of which something is aside.</summary>
    public static async Task<ImmutableArray<string>> AsideAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var aside = ImmutableArray.CreateBuilder<string>();
        foreach (var item in await files.ListItemsAsync(cancellationToken))
        {
            if ((await new BackfillNotes(files.Item(item)).FinalPipelinesAsync(cancellationToken)).Values.Any(had => had.IsAside))
            {
                aside.Add(item);
            }
        }

        return aside.DrainToImmutable();
    }

    /// <summary>Sets again what is aside of these items.</summary>
    public static async Task PutBackAsync(IStepFiles files, IEnumerable<string> items, ClusterClient client, Action assertLease, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            await new FinalPipelines(client, new(files.Item(item)), assertLease).PutBackAsync(cancellationToken);
        }
    }

    private Task PutAsync(string index, string pipeline, CancellationToken cancellationToken)
    {
        assertLease();
        return _metadata.PutSettingsAsync(index, JsonSerializer.SerializeToUtf8Bytes(new(StringComparer.Ordinal) { [Setting] = pipeline }, BackfillJson.Default.DictionaryStringString), cancellationToken);
    }
}

/// <summary>A final pipeline that a backfill has found.</summary>
/// <param name="Uuid">Of the index.</param>
/// <param name="Pipeline">Its name.</param>
/// <param name="IsAside">False when it was set again.</param>
internal sealed record FinalPipeline(string Uuid, string Pipeline, bool IsAside)
{
    /// <summary>True when it was set again; false while it is aside, and where somebody had changed the setting, or the index, by then.</summary>
    public bool IsSetAgain { get; init; }
}
