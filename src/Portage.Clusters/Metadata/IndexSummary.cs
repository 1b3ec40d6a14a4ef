namespace Portage.Clusters.Metadata;

/// <summary>One line of a cluster's list of indices.</summary>
/// <param name="Name">The index.</param>
/// <param name="Uuid">Its identity, which a new index of the same name does not share.</param>
/// <param name="Health"><c>green</c>, <c>yellow</c> or <c>red</c>; empty for a closed index of versions before 7.2.</param>
/// <param name="Status"><c>open</c> or <c>close</c>.</param>
/// <param name="PrimaryCount">Primary shards.</param>
/// <param name="ReplicaCount">Replicas of each.</param>
/// <param name="DocumentCount">Lucene documents, nested ones counted too; null for a closed index. Not what <c>_count</c> says.</param>
/// <param name="StoreBytes">Bytes of all shards and replicas; null for a closed index.</param>
public sealed record IndexSummary(
    string Name, string Uuid, string Health, string Status, int PrimaryCount, int ReplicaCount, long? DocumentCount, long? StoreBytes);
