using System.Collections.Immutable;

namespace Portage.Clusters.Validation;

/// <summary>What a cluster says of an index's contents, without a refresh.</summary>
/// <param name="Uuid">Another one when an index of the name was deleted and made anew.</param>
/// <param name="Bytes">What the primary shards take on disks.</param>
/// <param name="SequenceNumbers">The highest sequence number of each primary shard, -1 before anything was written: every write and every delete takes the next.</param>
public sealed record IndexFigures(string Uuid, long Bytes, ImmutableSortedDictionary<int, long> SequenceNumbers);
