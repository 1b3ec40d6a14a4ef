using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Engine.Ledger;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Foresight;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Says what an evaluation found. Pure; and the same words for the same state, because approvals are for them.</summary>
internal static class EvaluationReport
{
    // A series of indices would fill the page with one sentence.
    private const int NamesMax = 10;

    /// <param name="isDone">True after the run: what was to be created was created.</param>
    /// <param name="foreseen">What is known to go wrong, besides what is of the objects.</param>
    /// <param name="trial">What transforms do to a few documents.</param>
    /// <param name="additions">What is known besides: of the room on the target, or what was found only when it was done.</param>
    public static StepReport Of(IReadOnlyList<EvaluatedObject> objects, bool isDone, ImmutableArray<Foreseen> foreseen, TransformTrial trial, IReadOnlyList<string> additions)
    {
        foreseen = [.. foreseen, .. FilteredSources.Of(objects)];
        var created = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Create).ToArray();
        var updated = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Update).ToArray();
        var removed = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Remove).ToArray();
        EvaluatedObject[] made = [.. created, .. updated];
        var kept = objects.Count(evaluated => evaluated.Outcome is ObjectOutcome.Keep);
        var conflicts = objects.Count(evaluated => evaluated.Outcome is ObjectOutcome.Differs or ObjectOutcome.Refused);
        var changed = Count(made, FindingKind.Changed);
        var dropped = Count(made, FindingKind.Dropped);
        return new(
            ImmutableSortedDictionary<string, long>.Empty
                .Add("created", created.Length).Add("updated", updated.Length).Add("removed", removed.Length).Add("kept", kept).Add("changed", changed).Add("dropped", dropped).Add("conflicts", conflicts).Add("failing", trial.Failing).AddRange(Foreseen.Numbers(foreseen)),
            [
                Summary(created, updated, removed, kept, changed, dropped, conflicts, isDone, Foreseen.CountOf(foreseen, ForeseenKind.Lost)),
                .. Conflicts(objects),
                .. Foreseen.Lines(foreseen),
                .. trial.Lines,
                .. Findings(made, FindingKind.Dropped, "drop"),
                .. Findings(made, FindingKind.Changed, "change"),
                .. additions,
                .. from evaluated in objects
                   from note in evaluated.Notes
                   group evaluated.Name by (evaluated.Name.Kind, Text: note) into same
                   select $"note {Names([.. same])}: {same.Key.Text}",
                .. objects.Select(evaluated => Line(evaluated, isDone)).OfType<string>(),
            ]);
    }

    /// <summary>What the target cannot have.</summary>
    public static IEnumerable<string> Dropped(IReadOnlyList<EvaluatedObject> objects) =>
        Findings([.. objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update)], FindingKind.Dropped, "drop");

    /// <summary>As <c>2 indices, 1 template, 3 aliases</c>; components apart, as they are none by themselves.</summary>
    public static string Amounts(IEnumerable<ObjectKind> kinds)
    {
        var counts = kinds.CountBy(kind => kind == ObjectKind.IndexTemplate ? ObjectKind.LegacyTemplate : kind).ToDictionary();
        ObjectKind[] order = [ObjectKind.Index, ObjectKind.LegacyTemplate, ObjectKind.ComponentTemplate, ObjectKind.Alias];
        var parts = order.Where(counts.ContainsKey).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{counts[kind]:N0} {ObjectName.Word(kind, counts[kind])}"));
        return string.Join(", ", parts) is { Length: > 0 } text ? text : "nothing";
    }

    private static string Summary(EvaluatedObject[] created, EvaluatedObject[] updated, EvaluatedObject[] removed, int kept, int changed, int dropped, int conflicts, bool isDone, long lost)
    {
        var parts = new List<string> { $"{Amounts(created.Select(evaluated => evaluated.Name.Kind))} {(isDone ? "created" : "to create")}" };
        if (updated.Length > 0)
        {
            parts.Add($"{Amounts(updated.Select(evaluated => evaluated.Name.Kind))} {(isDone ? "updated" : "to update")}");
        }

        if (removed.Length > 0)
        {
            parts.Add($"{Amounts(removed.Select(evaluated => evaluated.Name.Kind))} {(isDone ? "removed" : "to remove")}");
        }

        if (kept > 0)
        {
            parts.Add($"{kept} kept");
        }

        if (changed > 0 || dropped > 0)
        {
            parts.Add(string.Join(", ", ((string[])[changed > 0 ? $"{changed} changed" : "", dropped > 0 ? $"{dropped} dropped" : ""]).Where(part => part.Length > 0)));
        }

        if (conflicts > 0)
        {
            parts.Add($"{conflicts} {(conflicts == 1 ? "conflict" : "conflicts")}");
        }

        if (lost > 0 && created.Length + updated.Length > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"documents or fields of {lost:N0} {(lost == 1 ? "index" : "indices")} lost"));
        }

        return string.Join("; ", parts);
    }

    private static IEnumerable<string> Conflicts(IReadOnlyList<EvaluatedObject> objects)
    {
        foreach (var evaluated in objects)
        {
            switch (evaluated.Outcome)
            {
                case ObjectOutcome.Refused refused:
                    yield return $"conflict {evaluated.Name}: the target refuses it: {refused.Reason}";
                    break;
                case ObjectOutcome.Differs differs:
                    foreach (var difference in differs.Differences)
                    {
                        yield return $"conflict {evaluated.Name}: {difference}";
                    }

                    break;
            }
        }
    }

    private static IEnumerable<string> Findings(EvaluatedObject[] objects, FindingKind kind, string verb) =>
        from evaluated in objects
        from finding in evaluated.Object.Findings
        where finding.Kind == kind
        group evaluated.Name by (evaluated.Name.Kind, finding.Text) into same
        select $"{verb} {Names([.. same])}: {same.Key.Text}";

    private static string Names(ObjectName[] names) => names.Length == 1
        ? names[0].ToString()
        : $"{ObjectName.Word(names[0].Kind, names.Length)} {string.Join(", ", names.Take(NamesMax).Select(name => name.Name))}{(names.Length > NamesMax ? $" and {names.Length - NamesMax} more" : "")}";

    private static int Count(EvaluatedObject[] objects, FindingKind kind) => objects.Sum(evaluated => evaluated.Object.Findings.Count(finding => finding.Kind == kind));

    private static string? Line(EvaluatedObject evaluated, bool isDone) => evaluated.Outcome switch
    {
        ObjectOutcome.Create => $"{(isDone ? "created" : "create")} {evaluated.Name}{Essentials(evaluated.Object)}",
        ObjectOutcome.Update update => $"{(isDone ? "updated" : "update")} {evaluated.Name}: {string.Join("; ", update.Differences)}",
        ObjectOutcome.Keep when evaluated.IsOurs => $"keep {evaluated.Name}: Portage made it, and nothing of it changes",
        ObjectOutcome.Keep => $"keep {evaluated.Name}: it is there just so",
        ObjectOutcome.Remove => $"{(isDone ? "removed" : "remove")} {evaluated.Name}{Essentials(evaluated.Object)}; Portage made it, nobody has changed it, and it is not wanted any more",
        ObjectOutcome.Stay stay => $"leave {evaluated.Name}: Portage made it, and it is not wanted any more, but {stay.Reason}",
        ObjectOutcome.Differs => $"leave {evaluated.Name}: what is there stays as it is{(evaluated.Name.Kind == ObjectKind.Index ? ", and documents go into it" : "")}",
        ObjectOutcome.LeftOut left => $"leave {evaluated.Name} out: {left.Reason}",
        _ => null,
    };

    private static string Essentials(MetadataObject wanted)
    {
        var (json, parts) = (wanted.Definition, new List<string>());
        switch (wanted.Name.Kind)
        {
            case ObjectKind.Index:
                var settings = FlatSettings.Of(json["settings"] as JsonObject);
                var fields = MappedField.AllOf(json["mappings"] as JsonObject ?? []).Count(field => field.Label.StartsWith("field ", StringComparison.Ordinal));
                parts.Add(Plural(settings.GetValueOrDefault("index.number_of_shards"), "shard"));
                parts.Add(settings.GetValueOrDefault("index.auto_expand_replicas") is { } auto && auto.ToString() != "false" ? $"{auto} replicas" : Plural(settings.GetValueOrDefault("index.number_of_replicas"), "replica"));
                parts.Add($"{fields} {(fields == 1 ? "field" : "fields")}");
                break;
            case ObjectKind.Alias:
                parts.AddRange(json["filter"] is null ? [] : ["filtered"]);
                parts.AddRange(json["index_routing"] is { } routing ? [$"writes with routing {routing}"] : []);
                parts.AddRange(json["search_routing"] is { } searched ? [$"searches with routing {searched}"] : []);
                parts.AddRange(json["is_write_index"]?.ToString() == "true" ? ["write index"] : []);
                break;
            default:
                parts.AddRange(json["index_patterns"] is { } patterns ? [$"for {FlatSettings.Text(patterns).Trim('[', ']')}"] : []);
                parts.AddRange(json["composed_of"] is JsonArray { Count: > 0 } components ? [$"of {FlatSettings.Text(components).Trim('[', ']')}"] : []);
                parts.AddRange(json["order"] is { } order ? [$"order {order}"] : []);
                parts.AddRange(json["priority"] is { } priority ? [$"priority {priority}"] : []);
                break;
        }

        return parts.Count == 0 ? "" : $": {string.Join(", ", parts)}";
    }

    private static string Plural(JsonNode? count, string word) => count is null ? $"default {word}s" : $"{count} {word}{(count.ToString() == "1" ? "" : "s")}";
}
