namespace Portage.Planning.Verdicts;

/// <summary>Names of items in a reason.</summary>
internal static class NamesText
{
    // A series of indices would fill the page with one reason.
    private const int NamesMax = 5;

    /// <summary>As <c>a, b, c, d, e and 7 more</c>.</summary>
    public static string Of(IReadOnlyCollection<string> names) =>
        $"{string.Join(", ", names.Take(NamesMax))}{(names.Count > NamesMax ? $" and {names.Count - NamesMax} more" : "")}";
}
