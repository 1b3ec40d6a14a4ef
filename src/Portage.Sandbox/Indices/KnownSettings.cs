using System.Collections.Frozen;

namespace Portage.Sandbox.Indices;

/// <summary>When a setting may be set.</summary>
internal enum SettingUse
{
    /// <summary>At any time.</summary>
    Dynamic,

    /// <summary>When the index is created.</summary>
    Static,

    /// <summary>By the server only.</summary>
    Private,

    /// <summary>At creation, but by an API of its own afterwards.</summary>
    Internal,
}

/// <summary>What a setting holds.</summary>
internal enum SettingKind
{
    Text,
    Flag,
    Number,
    Fraction,
    Time,
    Bytes,
}

/// <summary>
/// The index settings of OpenSearch 2.19.1 without plugins, as that version lists them with <c>include_defaults</c>; when each may
/// be set and what it holds was tried on it one by one.
/// </summary>
internal static class KnownSettings
{
    private const string Table = """
        index.allocation.existing_shards_allocator private text
        index.allocation.max_retries dynamic number
        index.analyze.max_token_count dynamic number
        index.append_only.enabled static flag
        index.auto_expand_replicas dynamic text
        index.blocks.metadata dynamic flag
        index.blocks.read dynamic flag
        index.blocks.read_only dynamic flag
        index.blocks.read_only_allow_delete dynamic flag
        index.blocks.write dynamic flag
        index.check_pending_flush.enabled static flag
        index.codec static text
        index.codec.compression_level static text
        index.composite_index static flag
        index.composite_index.star_tree.default.max_leaf_docs static number
        index.composite_index.star_tree.field.default.date_intervals static text
        index.composite_index.star_tree.field.default.metrics static text
        index.composite_index.star_tree.field.max_base_metrics static number
        index.composite_index.star_tree.field.max_date_intervals static number
        index.composite_index.star_tree.field.max_dimensions static number
        index.composite_index.star_tree.max_fields static number
        index.compound_format dynamic text
        index.context.created_version private number
        index.context.current_version private number
        index.data_path static text
        index.default_pipeline dynamic text
        index.fielddata.cache static text
        index.final_pipeline dynamic text
        index.flush_after_merge dynamic bytes
        index.force_memory_term_dictionary static flag
        index.format static number
        index.gc_deletes dynamic time
        index.hidden dynamic flag
        index.highlight.max_analyzed_offset dynamic number
        index.indexing.slowlog.level dynamic text
        index.indexing.slowlog.reformat dynamic flag
        index.indexing.slowlog.source dynamic text
        index.indexing.slowlog.threshold.index.debug dynamic time
        index.indexing.slowlog.threshold.index.info dynamic time
        index.indexing.slowlog.threshold.index.trace dynamic time
        index.indexing.slowlog.threshold.index.warn dynamic time
        index.load_fixed_bitset_filters_eagerly static flag
        index.mapping.coerce static flag
        index.mapping.depth.limit dynamic number
        index.mapping.field_name_length.limit dynamic number
        index.mapping.ignore_malformed static flag
        index.mapping.nested_fields.limit dynamic number
        index.mapping.nested_objects.limit dynamic number
        index.mapping.total_fields.limit dynamic number
        index.max_adjacency_matrix_filters dynamic number
        index.max_docvalue_fields_search dynamic number
        index.max_inner_result_window dynamic number
        index.max_ngram_diff dynamic number
        index.max_refresh_listeners dynamic number
        index.max_regex_length dynamic number
        index.max_rescore_window dynamic number
        index.max_result_window dynamic number
        index.max_script_fields dynamic number
        index.max_shingle_diff dynamic number
        index.max_slices_per_pit dynamic number
        index.max_slices_per_scroll dynamic number
        index.max_terms_count dynamic number
        index.merge.log_byte_size_policy.max_merge_segment dynamic bytes
        index.merge.log_byte_size_policy.max_merge_segment_forced_merge dynamic bytes
        index.merge.log_byte_size_policy.max_merged_docs dynamic number
        index.merge.log_byte_size_policy.merge_factor dynamic number
        index.merge.log_byte_size_policy.min_merge dynamic bytes
        index.merge.log_byte_size_policy.no_cfs_ratio dynamic text
        index.merge.policy static text
        index.merge.policy.deletes_pct_allowed dynamic fraction
        index.merge.policy.expunge_deletes_allowed dynamic fraction
        index.merge.policy.floor_segment dynamic bytes
        index.merge.policy.max_merge_at_once dynamic number
        index.merge.policy.max_merged_segment dynamic bytes
        index.merge.policy.reclaim_deletes_weight dynamic fraction
        index.merge.policy.segments_per_tier dynamic fraction
        index.merge.scheduler.auto_throttle dynamic flag
        index.merge.scheduler.max_merge_count dynamic number
        index.merge.scheduler.max_thread_count dynamic number
        index.merge_on_flush.enabled dynamic flag
        index.merge_on_flush.max_full_flush_merge_wait_time dynamic time
        index.merge_on_flush.policy dynamic text
        index.number_of_replicas dynamic number
        index.number_of_routing_shards static number
        index.number_of_shards static number
        index.optimize_auto_generated_id dynamic flag
        index.optimize_doc_id_lookup.fuzzy_set.enabled dynamic flag
        index.optimize_doc_id_lookup.fuzzy_set.false_positive_probability dynamic fraction
        index.percolator.map_unmapped_fields_as_text static flag
        index.priority dynamic number
        index.queries.cache.enabled static flag
        index.query.default_field dynamic text
        index.query.derived_field.enabled dynamic flag
        index.query.max_nested_depth dynamic number
        index.query.parse.allow_unmapped_fields static flag
        index.query_string.lenient static flag
        index.recovery.type static text
        index.refresh_interval dynamic time
        index.remote_store.enabled private flag
        index.remote_store.segment.repository private text
        index.remote_store.translog.buffer_interval dynamic time
        index.remote_store.translog.keep_extra_gen dynamic number
        index.remote_store.translog.repository private text
        index.replication.type static text
        index.requests.cache.enable dynamic flag
        index.routing.allocation.enable dynamic text
        index.routing.allocation.total_shards_per_node dynamic number
        index.routing.rebalance.enable dynamic text
        index.routing_partition_size static number
        index.search.concurrent.max_slice_count dynamic number
        index.search.concurrent_segment_search.enabled dynamic flag
        index.search.concurrent_segment_search.mode dynamic text
        index.search.default_pipeline dynamic text
        index.search.idle.after dynamic time
        index.search.slowlog.level dynamic text
        index.search.slowlog.threshold.fetch.debug dynamic time
        index.search.slowlog.threshold.fetch.info dynamic time
        index.search.slowlog.threshold.fetch.trace dynamic time
        index.search.slowlog.threshold.fetch.warn dynamic time
        index.search.slowlog.threshold.query.debug dynamic time
        index.search.slowlog.threshold.query.info dynamic time
        index.search.slowlog.threshold.query.trace dynamic time
        index.search.slowlog.threshold.query.warn dynamic time
        index.search.throttled private flag
        index.searchable_snapshot.index.id internal text
        index.searchable_snapshot.repository internal text
        index.searchable_snapshot.shard_path_type internal text
        index.searchable_snapshot.snapshot_id.name internal text
        index.searchable_snapshot.snapshot_id.uuid internal text
        index.shard.check_on_startup static text
        index.soft_deletes.enabled static flag
        index.soft_deletes.retention.operations dynamic number
        index.soft_deletes.retention_lease.period dynamic time
        index.sort.field static text
        index.sort.missing static text
        index.sort.mode static text
        index.sort.order static text
        index.store.fs.fs_lock static text
        index.store.hybrid.mmap.extensions static text
        index.store.hybrid.nio.extensions static text
        index.store.preload static text
        index.store.stats_refresh_interval static time
        index.store.type static text
        index.translog.durability dynamic text
        index.translog.flush_threshold_size dynamic bytes
        index.translog.generation_threshold_size dynamic bytes
        index.translog.retention.age dynamic time
        index.translog.retention.size dynamic bytes
        index.translog.sync_interval dynamic time
        index.unassigned.node_left.delayed_timeout dynamic time
        index.unreferenced_file_cleanup.enabled dynamic flag
        index.use_compound_file static flag
        index.verified_before_close private flag
        index.version.created private number
        index.warmer.enabled dynamic flag
        index.write.wait_for_active_shards dynamic text
        """;

    // Whole families with names of the user's own.
    private static readonly string[] Groups =
    [
        "index.analysis.", "index.similarity.", "index.routing.allocation.include.", "index.routing.allocation.exclude.",
        "index.routing.allocation.require.", "index.routing.allocation.initial_recovery.",
    ];

    private static readonly FrozenDictionary<string, (SettingUse Use, SettingKind Kind)> Known = Table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(row => row.Split(' '))
        .ToFrozenDictionary(row => row[0], row => (Enum.Parse<SettingUse>(row[1], ignoreCase: true), Enum.Parse<SettingKind>(row[2], ignoreCase: true)), StringComparer.Ordinal);

    /// <summary>What is known of a setting; null where the real server does not know it.</summary>
    public static (SettingUse Use, SettingKind Kind)? Find(string name) =>
        Known.TryGetValue(name, out var known) ? known
        : Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal) && name.Length > group.Length)
            ? (name.StartsWith("index.routing.", StringComparison.Ordinal) ? SettingUse.Dynamic : SettingUse.Static, SettingKind.Text)
        : null;
}
