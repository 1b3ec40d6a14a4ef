using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Steps.Backfill;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Rejected"/> and <see cref="Shape.RejectedSummary"/>.</summary>
internal static class RejectedJson
{
    public static void Write(Utf8JsonWriter json, StepAddress step, RejectedLine line)
    {
        json.WriteString("step", step.ToString());
        json.WriteString("index", line.Index);
        json.WriteNumber("shard", line.Shard);
        json.WriteString("segment", line.Segment);
        json.WriteNumber("document", line.Document);
        json.WriteNumber("position", line.Position);
        json.WriteString("type", line.Type);
        json.WriteString("id", line.Id);
        json.WriteString("routing", line.Routing);
        json.WriteString("parent", line.Parent);
        json.WriteString("operation", line.Operation);
        json.WriteString("targetIndex", line.TargetIndex);
        json.WriteString("targetId", line.TargetId);
        json.WriteString("targetRouting", line.TargetRouting);
        json.WriteNumber("status", line.Status);
        json.WriteString("errorType", line.ErrorType);
        json.WriteString("reason", line.Reason);
        WriteRaw(json, "source", line.SourceText);
        WriteRaw(json, "sourceBase64", line.SourceBase64);
    }

    /// <param name="position">The last event of the ledger that is taken into account.</param>
    public static void Write(Utf8JsonWriter json, long position, string session, IEnumerable<(StepAddress Step, RejectedSummary Summary)> steps)
    {
        json.WriteNumber("position", position);
        json.WriteString("session", session);
        json.WriteObjects("steps", steps, static (json, step) =>
        {
            json.WriteString("step", step.Step.ToString());
            json.WriteNumber("rejected", step.Summary.Count);
            json.WriteObjects("reasons", step.Summary.Causes, static (json, cause) =>
            {
                json.WriteString("type", cause.Type);
                json.WriteNumber("rejected", cause.Count);
                json.WriteObjects("in", cause.Indices, static (json, index) =>
                {
                    json.WriteString("index", index.Key);
                    json.WriteNumber("rejected", index.Value);
                });
                WriteExample(json, "first", cause.First);
                WriteExample(json, "last", cause.Last);
            });
        });
    }

    private static void WriteExample(Utf8JsonWriter json, string name, RejectedExample example)
    {
        json.WriteStartObject(name);
        json.WriteString("place", example.Place);
        json.WriteString("id", example.Id);
        json.WriteString("reason", example.Reason);
        json.WriteEndObject();
    }

    /// <summary>As it is kept: a source may be large, and is a JSON string already.</summary>
    private static void WriteRaw(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
        {
            json.WriteNull(name);
            return;
        }

        json.WritePropertyName(name);
        json.WriteRawValue(value.Span, skipInputValidation: true);
    }
}
