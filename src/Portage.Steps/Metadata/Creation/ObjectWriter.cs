using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>Creates objects on a target and deletes them again. Both may be repeated.</summary>
/// <remarks>Every method throws a <see cref="ClusterException"/> when the target does not do as asked.</remarks>
internal sealed class ObjectWriter(ClusterClient client)
{
    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>Creates an object; false when there is one of the name, which is left as it is.</summary>
    /// <param name="isOurs">Ours is created over what a killed attempt may have made of it.</param>
    public async Task<bool> CreateAsync(MetadataObject wanted, bool isOurs, CancellationToken cancellationToken)
    {
        var name = wanted.Name;
        var definition = CanonicalText.Utf8(wanted.Definition);
        switch (name.Kind)
        {
            case ObjectKind.Index:
                return await _metadata.CreateIndexAsync(name.Name, definition, cancellationToken) || isOurs;
            case ObjectKind.Alias:
                if (!isOurs && (await _metadata.ListAliasesAsync(cancellationToken)).Any(index => index.Name == name.Index && HasAlias(index, name.Name)))
                {
                    return false;
                }

                await _metadata.PutAliasAsync(name.Index!, name.Name, definition, cancellationToken);
                return true;
            default:
                var kind = TargetState.TemplateKindOf(name.Kind);
                if (!isOurs && await _metadata.GetTemplateAsync(kind, name.Name, cancellationToken) is not null)
                {
                    return false;
                }

                await _metadata.PutTemplateAsync(kind, name.Name, definition, cancellationToken);
                return true;
        }
    }

    /// <summary>Deletes an object; what is gone already is no error.</summary>
    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) => name.Kind switch
    {
        ObjectKind.Index => _metadata.DeleteIndexAsync(name.Name, cancellationToken),
        ObjectKind.Alias => _metadata.DeleteAliasAsync(name.Index!, name.Name, cancellationToken),
        _ => _metadata.DeleteTemplateAsync(TargetState.TemplateKindOf(name.Kind), name.Name, cancellationToken),
    };

    private static bool HasAlias(NamedJson index, string alias)
    {
        using var aliases = System.Text.Json.JsonDocument.Parse(index.Json);
        return aliases.RootElement.TryGetProperty(alias, out _);
    }
}
