namespace Portage.Clusters;

/// <summary>Builds request paths out of names.</summary>
internal static class ClusterPath
{
    /// <summary>A path of segments, each escaped, so that a name with <c>/</c>, <c>?</c> or <c>%</c> stays one name.</summary>
    public static string Of(params ReadOnlySpan<string> segments)
    {
        var path = new System.Text.StringBuilder();
        foreach (var segment in segments)
        {
            path.Append('/').Append(Uri.EscapeDataString(segment));
        }

        return path.ToString();
    }
}
