using System.Collections.Frozen;

namespace Portage.Sandbox.Mappings;

/// <summary>
/// The field types of OpenSearch 2.19.1 without plugins, and the parameters each takes: tried one by one on that version.
/// </summary>
internal static class FieldTypes
{
    // Accepted by every parametrised type, even where it means nothing.
    private const string Common = "index store doc_values boost copy_to index_options similarity meta fields";
    private const string Numbers = Common + " null_value coerce ignore_malformed";
    private const string Ranges = Common + " coerce ignore_malformed locale";
    private const string Texts = Common + " analyzer search_analyzer search_quote_analyzer norms term_vector";
    private const string Dates = Common + " null_value ignore_malformed format locale print_format";
    private const string Objects = "properties dynamic enabled include_in_parent include_in_root include_in_all";

    private static readonly FrozenDictionary<string, FrozenSet<string>> Parameters = new Dictionary<string, string>
    {
        ["text"] = Texts + " fielddata fielddata_frequency_filter position_increment_gap index_prefixes index_phrases eager_global_ordinals",
        ["match_only_text"] = Texts + " fielddata fielddata_frequency_filter position_increment_gap index_phrases eager_global_ordinals",
        ["search_as_you_type"] = Texts + " max_shingle_size",
        ["keyword"] = Common + " null_value normalizer ignore_above norms eager_global_ordinals split_queries_on_whitespace",
        ["wildcard"] = Common + " null_value normalizer ignore_above",
        ["constant_keyword"] = "value",
        ["long"] = Numbers,
        ["integer"] = Numbers,
        ["short"] = Numbers,
        ["byte"] = Numbers,
        ["double"] = Numbers,
        ["float"] = Numbers,
        ["half_float"] = Numbers,
        ["unsigned_long"] = Numbers,
        ["scaled_float"] = Numbers + " scaling_factor",
        ["boolean"] = Common + " null_value",
        ["date"] = Dates,
        ["date_nanos"] = Dates,
        ["binary"] = Common,
        ["ip"] = Common + " null_value ignore_malformed",
        ["geo_point"] = Common + " null_value ignore_malformed ignore_z_value",
        ["geo_shape"] = Common + " coerce ignore_malformed ignore_z_value tree precision strategy orientation points_only distance_error_pct tree_levels",
        ["object"] = Objects,
        ["nested"] = Objects,
        ["flat_object"] = "",
        ["integer_range"] = Ranges,
        ["long_range"] = Ranges,
        ["float_range"] = Ranges,
        ["double_range"] = Ranges,
        ["date_range"] = Ranges + " format",
        ["ip_range"] = Ranges,
        ["completion"] = Common + " analyzer search_analyzer preserve_separators preserve_position_increments max_input_length contexts",
        ["token_count"] = Common + " null_value analyzer enable_position_increments",
        ["percolator"] = "",
        ["join"] = "eager_global_ordinals relations",
        ["rank_feature"] = Common + " positive_score_impact",
        ["rank_features"] = Common + " positive_score_impact",
        ["alias"] = "path",
    }.ToFrozenDictionary(type => type.Key, type => type.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    // These say "Mapping definition for [y] has unsupported parameters" where the others say "unknown parameter".
    private static readonly FrozenSet<string> OldFashioned = new[] { "geo_point", "geo_shape", "object", "nested", "flat_object", "percolator", "join", "constant_keyword", "alias" }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsKnown(string type) => Parameters.ContainsKey(type);

    public static bool Takes(string type, string parameter) => Parameters[type].Contains(parameter);

    public static bool IsOldFashioned(string type) => OldFashioned.Contains(type);

    public static bool IsWholeNumber(string type) => type is "long" or "integer" or "short" or "byte";

    public static bool IsFraction(string type) => type is "double" or "float" or "half_float" or "scaled_float";

    public static bool IsNumber(string type) => IsWholeNumber(type) || IsFraction(type) || type is "unsigned_long";

    public static bool IsDate(string type) => type is "date" or "date_nanos";

    public static bool IsText(string type) => type is "text" or "match_only_text" or "search_as_you_type";

    /// <summary>What a parameter is where nobody sets it; null where the sandbox does not know.</summary>
    public static string? Default(string type, string parameter) => parameter switch
    {
        "index" or "enabled" or "coerce" or "split_queries_on_whitespace" or "positive_score_impact" => "true",
        "doc_values" => type == "binary" || IsText(type) ? "false" : "true",
        "norms" => IsText(type) ? "true" : "false",
        "store" or "ignore_malformed" or "eager_global_ordinals" or "include_in_parent" or "include_in_root" or "fielddata" or "index_phrases" => "false",
        "format" when IsDate(type) => "strict_date_optional_time||epoch_millis",
        "boost" => "1.0",
        "analyzer" => "default",
        _ => null,
    };
}
