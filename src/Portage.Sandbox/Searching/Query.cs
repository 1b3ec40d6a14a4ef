using System.Text.Json;

namespace Portage.Sandbox.Searching;

/// <summary>The queries a sandbox knows.</summary>
internal abstract record Query
{
    private Query()
    {
    }

    public static Query All { get; } = new MatchAll();

    /// <summary>The score of every hit: relevance is not computed here, only its absence.</summary>
    public virtual string Score => "1.0";

    internal sealed record MatchAll : Query;

    internal sealed record MatchNone : Query;

    internal sealed record Ids(IReadOnlySet<string> Values) : Query;

    /// <summary><c>term</c> and <c>terms</c>: any of the values.</summary>
    internal sealed record Terms(string Field, IReadOnlyList<JsonElement> Values) : Query;

    internal sealed record Match(string Field, JsonElement Value, bool NeedsAll) : Query;

    internal sealed record Prefix(string Field, string Start) : Query;

    internal sealed record Exists(string Field) : Query;

    internal sealed record Range(string Field, JsonElement? From, bool FromIsIn, JsonElement? To, bool ToIsIn, string? Format) : Query;

    internal sealed record Bool(IReadOnlyList<Query> Must, IReadOnlyList<Query> Filter, IReadOnlyList<Query> Should, IReadOnlyList<Query> MustNot, int ShouldMin) : Query
    {
        public override string Score => Must.Count + Should.Count == 0 ? "0.0" : "1.0";
    }
}
