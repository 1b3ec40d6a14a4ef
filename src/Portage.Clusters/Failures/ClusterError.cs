using System.Text.Json;

namespace Portage.Clusters.Failures;

/// <summary>One of the causes that a cluster names beside its error.</summary>
/// <param name="Type">As <c>mapper_parsing_exception</c>.</param>
/// <param name="Reason">The cluster's words.</param>
/// <param name="Index">The index concerned, where the cluster names one.</param>
public sealed record RootCause(string Type, string Reason, string? Index);

/// <summary>The body of an error answer: <c>{"error":{"type","reason","root_cause":[…],"caused_by":{…}},"status":400}</c>, in all versions since 5.</summary>
/// <param name="Type">As <c>index_not_found_exception</c>; null where the error is only a text.</param>
/// <param name="Reason">The cluster's words, with the deepest cause at the end where that says more.</param>
/// <param name="RootCauses">As the cluster lists them; empty where it does not.</param>
internal sealed record ClusterError(string? Type, string? Reason, IReadOnlyList<RootCause> RootCauses)
{
    /// <summary>Reads an error body; null when it is not one.</summary>
    public static ClusterError? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("error", out var error))
            {
                return null;
            }

            // Some answers, as that for a wrong method, have only a text.
            return error.ValueKind switch
            {
                JsonValueKind.String => new(null, error.GetString(), []),
                JsonValueKind.Object => new(Text(error, "type"), ReasonOf(error), RootCausesOf(error)),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ReasonOf(JsonElement error)
    {
        var reason = Text(error, "reason");
        var deepest = error;
        while (deepest.TryGetProperty("caused_by", out var cause) && cause.ValueKind == JsonValueKind.Object)
        {
            deepest = cause;
        }

        var deepestReason = Text(deepest, "reason");
        return deepestReason is null || reason is null || reason.Contains(deepestReason, StringComparison.Ordinal)
            ? reason ?? deepestReason
            : $"{reason}: {deepestReason}";
    }

    private static List<RootCause> RootCausesOf(JsonElement error)
    {
        var causes = new List<RootCause>();
        if (error.TryGetProperty("root_cause", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var cause in list.EnumerateArray().Where(cause => cause.ValueKind == JsonValueKind.Object))
            {
                causes.Add(new(Text(cause, "type") ?? "", Text(cause, "reason") ?? "", Text(cause, "index")));
            }
        }

        return causes;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
