using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Configuration.Reading;
using Portage.Steps.Connecting;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Validation"/>, <see cref="Shape.Connections"/> and <see cref="Shape.ClusterIndices"/>.</summary>
internal static class ClusterJson
{
    public static void Write(Utf8JsonWriter json, ReadConfiguration read, IEnumerable<ProbeResult> found)
    {
        json.WriteBoolean("valid", read.Config is not null);
        json.WriteObjects("diagnostics", read.Diagnostics, DiagnosticJson.Write);
        Write(json, found);
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<ProbeResult> found) => json.WriteObjects("probes", found, static (json, result) =>
    {
        json.WriteString("path", result.Path);
        json.WriteBoolean("ok", result.Problem is null);
        json.WriteString("text", result.Text);
        if (result.Problem is { } problem)
        {
            json.WriteStartObject("problem");
            DiagnosticJson.Write(json, problem with { Path = problem.Path ?? result.Path });
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("problem");
        }
    });

    /// <param name="answers">The clusters that answered, with the JSON of their indices.</param>
    public static void Write(Utf8JsonWriter json, IEnumerable<(ConfiguredCluster Cluster, ReadOnlyMemory<byte> Indices)> answers) => json.WriteObjects("clusters", answers, static (json, answer) =>
    {
        json.WriteString("cluster", answer.Cluster.Name);
        json.WriteString("role", answer.Cluster.Role);
        json.WriteString("endpoint", answer.Cluster.Endpoint);
        json.WritePropertyName("indices");
        using var document = JsonDocument.Parse(answer.Indices);
        document.RootElement.WriteTo(json);
    });
}
