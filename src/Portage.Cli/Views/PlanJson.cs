using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Operations;
using Portage.Planning;

namespace Portage.Cli.Views;

/// <summary>A plan as JSON: the contract of <c>workflow plan --output json</c>.</summary>
internal static class PlanJson
{
    public static void Write(Utf8JsonWriter json, PlanReport report)
    {
        json.WriteString("session", report.Session);
        json.WriteNumber("revision", report.Revision);
        json.WriteBoolean("pending", report.IsPending);
        json.WriteString("plan", report.Plan.Hash.Hex);
        json.WriteBoolean("nothingToDo", report.Plan.IsEmpty);
        json.WriteBoolean("blocked", report.Plan.Blocks.Any());
        json.WriteBoolean("destructive", report.Plan.IsDestructive);
        json.WriteNumber("position", report.Position);
        WriteDestroys(json, report.Plan.Destroys);
        json.WriteStartArray("changes");
        foreach (var change in report.Plan.Changes)
        {
            json.WriteStartObject();
            json.WriteString("change", change.Word);
            json.WriteString("step", change.Address.ToString());
            if (report.Plan.Steps.TryGetValue(change.Address, out var step))
            {
                json.WriteString("about", step.About);
                json.WriteString("gate", step.Gate.ToString());
                json.WriteStartArray("after");
                foreach (var upstream in step.Edges.Select(edge => edge.Upstream.ToString()).Distinct())
                {
                    json.WriteStringValue(upstream);
                }

                json.WriteEndArray();
            }

            json.WriteBoolean("conditional", change.IsConditional);
            json.WriteString("unseen", change.Unseen);
            WriteDestroys(json, change.Destroys);
            WriteItems(json, change);

            if (report.Estimates.GetValueOrDefault(change.Address) is { } estimate)
            {
                json.WriteStartObject("estimate");
                json.WriteString("text", estimate.Text);
                if (estimate.DocumentCount is { } documents)
                {
                    json.WriteNumber("documents", documents);
                }

                if (estimate.Bytes is { } bytes)
                {
                    json.WriteNumber("bytes", bytes);
                }

                json.WriteEndObject();
            }

            json.WriteStartArray("reasons");
            foreach (var reason in change.Because)
            {
                json.WriteStartObject();
                json.WriteString("text", reason.Text);
                json.WriteString("path", reason.Path);
                json.WriteString("was", reason.Was);
                json.WriteString("is", reason.Is);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteItems(Utf8JsonWriter json, StepChange change)
    {
        json.WriteStartObject("items");
        WriteNames(json, "added", change.Added);
        WriteNames(json, "redone", change.Redone);
        WriteNames(json, "left", change.Left);
        json.WriteEndObject();
    }

    /// <summary>Null for all of them, where nobody knows yet which those are.</summary>
    private static void WriteNames(Utf8JsonWriter json, string name, ImmutableArray<string> items)
    {
        if (items.IsDefault)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    /// <summary>What is deleted, emptied or overwritten, as data.</summary>
    internal static void WriteDestroys(Utf8JsonWriter json, ImmutableArray<Destruction> destroys)
    {
        json.WriteStartArray("destroys");
        foreach (var one in destroys)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(one.Kind.ToString()));
            json.WriteString("target", one.Target);
            json.WriteString("name", one.Name);
            WriteNumber(json, "documents", one.Documents);
            WriteNumber(json, "bytes", one.Bytes);
            WriteNumber(json, "foreign", one.Foreign);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
