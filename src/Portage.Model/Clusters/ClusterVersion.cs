using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Portage.Model.Clusters;

/// <summary>Which product a cluster is.</summary>
public enum Flavor
{
    /// <summary>Elasticsearch.</summary>
    Elasticsearch,

    /// <summary>OpenSearch.</summary>
    OpenSearch,
}

/// <summary>Product and version of a cluster. The text form is <c>ES 7.10.2</c> or <c>OS 2.19.1</c>.</summary>
public sealed partial record ClusterVersion(Flavor Flavor, int Major, int Minor, int Patch)
{
    /// <summary>Reads <c>ES 7.10.2</c>, <c>ES 7.10</c>, <c>OS 2.19.1</c>, <c>elasticsearch 6.8</c> and the like, in any case; a missing patch is 0.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClusterVersion? version)
    {
        version = null;
        var match = Pattern().Match(text.Trim());
        if (!match.Success)
        {
            return false;
        }

        var flavor = char.ToUpperInvariant(match.Groups["flavor"].ValueSpan[0]) == 'E' ? Flavor.Elasticsearch : Flavor.OpenSearch;
        int Number(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, provider: null) : 0;
        version = new(flavor, Number("major"), Number("minor"), Number("patch"));
        return true;
    }

    /// <summary>True when this is <paramref name="flavor"/> of at least that version.</summary>
    public bool IsAtLeast(Flavor flavor, int major, int minor = 0) =>
        Flavor == flavor && (Major, Minor).CompareTo((major, minor)) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{(Flavor == Flavor.Elasticsearch ? "ES" : "OS")} {Major}.{Minor}.{Patch}";

    [GeneratedRegex(@"\A(?<flavor>es|os|elasticsearch|opensearch)[ _-]?(?<major>\d{1,3})\.(?<minor>\d{1,3})(\.(?<patch>\d{1,3}))?(-\w+)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
