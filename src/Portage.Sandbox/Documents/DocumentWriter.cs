using System.Text;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Documents;

/// <summary>Carries out one write: index found or created, blocks, routing, version, mapping.</summary>
internal sealed class DocumentWriter(ClusterState cluster)
{
    private const int IdBytesMax = 512;

    /// <exception cref="ApiException">The write is refused.</exception>
    public WriteResult Write(WriteOperation operation)
    {
        var (index, alias) = FindOrCreate(operation);
        operation = operation with { Routing = operation.Routing ?? alias?.IndexRouting };
        if (index.Mapping.RoutingIsRequired && operation.Routing is null)
        {
            throw RoutingMissing(index, operation.Id ?? "null");
        }

        CheckPipelines(index, operation);
        cluster.Blocks.CheckWrite(index);
        var id = operation.Id ?? cluster.NewDocumentId();
        return operation.Kind switch
        {
            WriteKind.Delete => Delete(index, id, operation),
            WriteKind.Update => Update(index, id, operation),
            _ => Index(index, id, operation, operation.Source.ToArray()),
        };
    }

    /// <summary>The sandbox has no pipelines: a document that is to run through one is refused, as by a server that has none of the name.</summary>
    private static void CheckPipelines(SandboxIndex index, WriteOperation operation)
    {
        if (operation.Kind == WriteKind.Delete)
        {
            return;
        }

        var asked = new[] { operation.Pipeline ?? index.Settings.GetValueOrDefault("index.default_pipeline")?.ToString(), index.Settings.GetValueOrDefault("index.final_pipeline")?.ToString() };
        if (asked.FirstOrDefault(name => name is not (null or "" or "_none")) is { } pipeline)
        {
            throw ApiException.IllegalArgument($"pipeline with id [{pipeline}] does not exist");
        }
    }

    public static ApiException RoutingMissing(SandboxIndex index, string id) =>
        ApiException.OfIndex(400, "routing_missing_exception", $"routing is required for [{index.Name}]/[{id}]", index.Name);

    private (SandboxIndex Index, AliasDefinition? Alias) FindOrCreate(WriteOperation operation)
    {
        var name = operation.Index!;
        var found = cluster.Expressions.ResolveOne(name, forWriting: true);
        if (operation.RequiresAlias && (found is null || found.Value.Alias is null))
        {
            throw ApiException.OfIndex(404, "index_not_found_exception", $"no such index [{name}] and [require_alias] request flag is [true] and [{name}] is not an alias", name);
        }

        if (operation.Id is { } id)
        {
            if (id.Length == 0)
            {
                throw ApiException.IllegalArgument("if _id is specified it must not be empty");
            }

            if (Encoding.UTF8.GetByteCount(id) is > IdBytesMax and var bytes)
            {
                throw ApiException.Validation($"id [{id}] is too long, must be no longer than {IdBytesMax} bytes but was: {bytes}");
            }
        }

        if (found is { } there)
        {
            return there;
        }

        // A delete makes no index, unless it carries the version of another system.
        return operation.Kind == WriteKind.Delete && operation.VersionType == VersionType.Internal
            ? throw ApiException.IndexNotFound(name, "index_expression")
            : (cluster.CreateIndex(name, body: null), null);
    }

    private static WriteResult Index(SandboxIndex index, string id, WriteOperation operation, byte[] source)
    {
        var mapping = new DocumentCheck(index.Mapping, index.Reader, id, index.Settings.Flag("index.mapping.ignore_malformed"), index.Settings.Flag("index.mapping.coerce", otherwise: true)).Check(source);
        index.SetMapping(mapping);
        var had = index.FindEvenDeleted(id, operation.Routing);
        if (operation.Kind == WriteKind.Create && had is { IsDeleted: false })
        {
            throw Conflict(index, id, operation.Routing, $"document already exists (current version [{had.Version}])");
        }

        var version = NextVersion(index, id, operation, had);
        var kept = index.Put(new(id, operation.Routing, version, mapping.SourceIsKept ? source : ReadOnlyMemory<byte>.Empty, IsDeleted: false));
        return Result(index, kept, had is { IsDeleted: false } ? "updated" : "created");
    }

    private static WriteResult Delete(SandboxIndex index, string id, WriteOperation operation)
    {
        var had = index.FindEvenDeleted(id, operation.Routing);
        var version = NextVersion(index, id, operation, had);
        var kept = index.Put(new(id, operation.Routing, version, ReadOnlyMemory<byte>.Empty, IsDeleted: true));
        return Result(index, kept, had is { IsDeleted: false } ? "deleted" : "not_found");
    }

    private static WriteResult Update(SandboxIndex index, string id, WriteOperation operation)
    {
        var body = UpdateReader.Read(operation.Source);
        var had = index.Find(id, operation.Routing);
        if (had is null)
        {
            var first = body.DocumentAsUpsert ? body.Document : body.Upsert;
            return first is null
                ? throw ApiException.OfShard(404, "document_missing_exception", $"[{id}]: document missing", index.Name, index.Uuid, index.ShardOf(id, operation.Routing))
                : Index(index, id, operation with { Kind = WriteKind.Create }, UpdateReader.Bytes(first));
        }

        CheckSequenceNumber(index, id, operation, had);
        if (body.Document is null)
        {
            throw ApiException.IllegalArgument("the sandbox runs no scripts");
        }

        var (merged, isChanged) = UpdateReader.Merge(had.Source, body.Document);
        return isChanged || !body.DetectsNoop
            ? Index(index, id, operation with { Kind = WriteKind.Index, IfSequenceNumber = null }, merged)
            : Result(index, had, "noop");
    }

    private static long NextVersion(SandboxIndex index, string id, WriteOperation operation, StoredDocument? had)
    {
        CheckSequenceNumber(index, id, operation, had is { IsDeleted: false } ? had : null);
        if (operation.VersionType == VersionType.Internal)
        {
            return (had?.Version ?? 0) + 1;
        }

        var given = operation.Version!.Value;

        // A deleted document keeps refusing older writes. The real server forgets it after index.gc_deletes (60 s); a sandbox never does.
        return had is null || given > had.Version || (given == had.Version && operation.VersionType == VersionType.ExternalGte)
            ? given
            : throw Conflict(index, id, operation.Routing, operation.VersionType == VersionType.ExternalGte
                ? $"current version [{had.Version}] is higher than the one provided [{given}]"
                : $"current version [{had.Version}] is higher or equal to the one provided [{given}]");
    }

    private static void CheckSequenceNumber(SandboxIndex index, string id, WriteOperation operation, StoredDocument? had)
    {
        if (operation.IfSequenceNumber is not { } wanted)
        {
            return;
        }

        var term = operation.IfPrimaryTerm;
        if (had is null)
        {
            throw Conflict(index, id, operation.Routing, $"required seqNo [{wanted}], primary term [{term}]. but no document was found");
        }

        if (had.SequenceNumber != wanted || term != StoredDocument.PrimaryTerm)
        {
            throw Conflict(index, id, operation.Routing, $"required seqNo [{wanted}], primary term [{term}]. current document has seqNo [{had.SequenceNumber}] and primary term [{StoredDocument.PrimaryTerm}]");
        }
    }

    private static ApiException Conflict(SandboxIndex index, string id, string? routing, string reason) =>
        ApiException.OfShard(409, "version_conflict_engine_exception", $"[{id}]: version conflict, {reason}", index.Name, index.Uuid, index.ShardOf(id, routing));

    private static WriteResult Result(SandboxIndex index, StoredDocument document, string result) =>
        new(index.Name, document.Id, result, document.Version, document.SequenceNumber, 1 + index.Replicas);
}
