namespace Portage.Planning.Verdicts;

/// <summary>Names of items in a reason.</summary>
public static class NamesText
{
    // A series of indices would fill the page with one reason.
    private const int UsualMax = 5;

    /// <summary>As <c>a, b, c, d, e and 7 more</c>.</summary>
    /// <param name="max">How many are named.</param>
    public static string Of(IReadOnlyCollection<string> names, int max = UsualMax) =>
        $"{string.Join(", ", names.Take(max))}{(names.Count > max ? $" and {names.Count - max} more" : "")}";
}
