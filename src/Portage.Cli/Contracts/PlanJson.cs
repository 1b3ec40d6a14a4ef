using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Operations;
using Portage.Planning;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Plan"/>.</summary>
internal static class PlanJson
{
    public static void Write(Utf8JsonWriter json, PlanReport report)
    {
        json.WriteNumber("position", report.Position);
        json.WriteString("session", report.Session);
        json.WriteNumber("revision", report.Revision);
        json.WriteBoolean("pending", report.IsPending);
        json.WriteDigestOrNull("plan", report.Plan.Hash);
        json.WriteBoolean("nothingToDo", report.Plan.IsEmpty && report.PutsBack.IsEmpty);
        json.WriteBoolean("blocked", report.Plan.Blocks.Any());
        json.WriteBoolean("destructive", report.Plan.IsDestructive);
        DestructionJson.Write(json, report.Plan.Destroys);
        json.WriteObjects("changes", report.Plan.Changes, (json, change) => WriteChange(json, report, change));
        json.WriteObjects("dormant", report.Dormant, static (json, wish) =>
        {
            json.WriteString("step", wish.Step.ToString());
            json.WriteString("by", wish.By);
            json.WriteBoolean("wantedAgain", wish.IsWantedAgain);
            json.WriteString("text", wish.Text);
        });
        json.WriteTexts("putsBack", report.PutsBack.Select(step => step.ToString()));
    }

    private static void WriteChange(Utf8JsonWriter json, PlanReport report, StepChange change)
    {
        json.WriteString("change", change.Word);
        json.WriteString("step", change.Address.ToString());
        var step = report.Plan.Steps.GetValueOrDefault(change.Address);
        json.WriteString("about", step?.About);
        json.WriteString("gate", step?.Gate.ToString());
        json.WriteTexts("after", (step?.Edges ?? []).Select(edge => edge.Upstream.ToString()).Distinct());
        json.WriteBoolean("conditional", change.IsConditional);
        json.WriteString("unseen", change.Unseen);
        DestructionJson.Write(json, change.Destroys);
        json.WriteStartObject("items");
        WriteItems(json, "added", change.Added);
        WriteItems(json, "redone", change.Redone);
        WriteItems(json, "left", change.Left);
        json.WriteEndObject();
        json.WriteObjects("spares", change.Spares, static (json, left) =>
        {
            json.WriteString("step", left.Step.ToString());
            WriteItems(json, "items", left.Items);
            json.WriteString("text", left.Text);
        });
        if (report.Estimates.GetValueOrDefault(change.Address) is { } estimate)
        {
            json.WriteStartObject("estimate");
            json.WriteString("text", estimate.Text);
            json.WriteNumberOrNull("documents", estimate.DocumentCount);
            json.WriteNumberOrNull("bytes", estimate.Bytes);
            json.WriteTexts("notes", estimate.Notes);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("estimate");
        }

        json.WriteObjects("reasons", change.Because, static (json, reason) =>
        {
            json.WriteString("text", reason.Text);
            json.WriteString("path", reason.Path);
            json.WriteString("was", reason.Was);
            json.WriteString("is", reason.Is);
        });
    }

    /// <summary>Null for all of them, where nobody knows yet which those are.</summary>
    private static void WriteItems(Utf8JsonWriter json, string name, ImmutableArray<string> items)
    {
        if (items.IsDefault)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteTexts(name, items);
        }
    }
}
