using System.Text.Json;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Engine.Status;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Status"/>.</summary>
internal static class StatusJson
{
    public static void Write(Utf8JsonWriter json, StatusReport report)
    {
        json.WriteNumber("position", report.Position);
        json.WriteString("session", report.Session);
        json.WriteNumberOrNull("run", report.Run);
        json.WriteDigestOrNull("plan", report.Plan);
        json.WriteString("outcome", report.Outcome is { } outcome ? JsonWriting.Word(outcome) : null);
        json.WriteBoolean("waitsForPerson", report.WaitsForPerson);
        json.WriteNumberOrNull("controller", report.Controller);
        json.WriteNumberOrNull("currentRevision", report.CurrentRevision);
        json.WriteNumberOrNull("pendingRevision", report.PendingRevision);
        WriteTotals(json, RunTotals.Of(report));
        var tree = StatusTree.Of(report);
        WriteSources(json, tree.Sources, "snapshots", "snapshot");
        json.WriteObjects("targets", tree.Targets, static (json, target) =>
        {
            json.WriteString("to", target.Name);
            WriteSources(json, target.From, "slices", "slice");
        });
        json.WriteTexts("notes", report.Notes);
    }

    private static void WriteSources(Utf8JsonWriter json, IEnumerable<StatusTree.Source> sources, string parts, string part) => json.WriteObjects("sources", sources, (json, source) =>
    {
        json.WriteString("from", source.Name);
        json.WriteObjects(parts, source.Parts, (json, one) =>
        {
            json.WriteString(part, one.Name);
            json.WriteObjects("steps", one.Steps, WriteStep);
        });
    });

    private static void WriteTotals(Utf8JsonWriter json, RunTotals? totals)
    {
        if (totals is null)
        {
            json.WriteNull("totals");
            return;
        }

        json.WriteStartObject("totals");
        json.WriteNumber("finished", totals.StepsComplete);
        json.WriteNumber("total", totals.Steps);
        json.WriteString("unit", "steps");
        json.WriteSecondsOrNull("remainingSeconds", totals.Remaining);
        json.WriteObjects("underWay", totals.UnderWay, static (json, unit) =>
        {
            json.WriteNumber("finished", unit.Finished);
            json.WriteNumber("total", unit.Total);
            json.WriteBoolean("totalIsAtMost", unit.TotalIsAtMost);
            json.WriteString("unit", unit.Unit);
            json.WriteRoundedOrNull("perSecond", unit.PerSecond);
            json.WriteSecondsOrNull("remainingSeconds", unit.Remaining);
        });
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, StepStatus step)
    {
        json.WriteString("step", step.Address.ToString());
        json.WriteString("kind", JsonWriting.Word(step.Address.Kind));
        json.WriteString("about", step.About);
        json.WriteString("status", JsonWriting.Word(step.Group));
        json.WriteString("details", step.Situation);
        json.WriteNumber("attempt", step.Attempt);
        json.WriteTimeOrNull("since", step.Since);
        WriteProgress(json, step);
        WriteItems(json, step.Items);
        json.WriteDigestOrNull("evidence", step.EvidenceDigest);
        if (step.Evidence is { } report)
        {
            json.WriteStartObject("report");
            json.WriteNumbers("numbers", report.Numbers);
            json.WriteTexts("lines", report.Lines);
            DestructionJson.Write(json, report.Destroys);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("report");
        }

        WriteFailure(json, step);
    }

    /// <summary>Why the last try failed, and since when tries do.</summary>
    public static void WriteFailure(Utf8JsonWriter json, StepStatus? step)
    {
        if (step?.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            DiagnosticJson.Write(json, failure);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("failure");
        }

        if (step?.Failing is { } failing)
        {
            json.WriteStartObject("failing");
            json.WriteString("since", failing.Since);
            json.WriteNumber("attempt", failing.Attempt);
            json.WriteString("at", failing.At);
            json.WriteTimeOrNull("retryAt", step.RetryAt);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("failing");
        }

        json.WriteString("waitedFor", step?.WaitedFor);
    }

    private static void WriteProgress(Utf8JsonWriter json, StepStatus step)
    {
        if (step.Progress is not { } progress)
        {
            json.WriteNull("progress");
            return;
        }

        json.WriteStartObject("progress");
        json.WriteNumber("finished", progress.Done);
        json.WriteNumberOrNull("total", progress.Total);
        json.WriteBoolean("totalIsAtMost", progress.TotalIsAtMost);
        json.WriteString("unit", progress.Unit);
        json.WriteRoundedOrNull("perSecond", progress.PerSecond);
        json.WriteSecondsOrNull("remainingSeconds", step.Remaining);
        json.WriteString("waiting", progress.Waiting);
        json.WriteNumbers("numbers", progress.Numbers);
        json.WriteTimeOrNull("at", progress.At);
        json.WriteTimeOrNull("movedAt", progress.MovedAt);
        json.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter json, ItemsProgress? items)
    {
        if (items is null)
        {
            json.WriteNull("items");
            return;
        }

        json.WriteStartObject("items");
        json.WriteNumber("finished", items.Done);
        json.WriteNumber("total", items.Total);
        json.WriteObjects("underWay", items.UnderWay, static (json, item) =>
        {
            json.WriteString("item", item.Name);
            json.WriteNumber("finished", item.Done);
            json.WriteNumber("total", item.Total);
            json.WriteBoolean("totalIsAtMost", item.TotalIsAtMost);
        });
        json.WriteEndObject();
    }
}
