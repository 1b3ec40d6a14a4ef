using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;
using Portage.Steps;
using Portage.Steps.Snapshot;

namespace Portage.Repo;

/// <summary>The tables of <c>docs/what-if.md</c> are what the planner says: nothing unrelated is done again.</summary>
public sealed class WhatIfTests
{
    private const string Page = "docs/what-if.md";
    private const string Heading = "| edit | snapshot | metadata | backfill | validate |";

    [Fact]
    public void Plan_EditOfCompleteWork_IsWhatThePageSays() => Check("## When everything is complete", _ => RecordedState.Complete);

    [Fact]
    public void Plan_EditUnderARun_IsWhatThePageSays() => Check("## While the backfill is under way", kind => kind switch
    {
        StepKind.Backfill => RecordedState.Begun,
        StepKind.Validate => RecordedState.Absent,
        _ => RecordedState.Complete,
    });

    private static void Check(string section, Func<StepKind, RecordedState> states)
    {
        var before = ConfigurationReader.Read(File.ReadAllText(Path.Combine(Checkout.Root, "examples", "bring-your-own-snapshot", "config.yaml")), "config.yaml");
        var recorded = Recorded(before.Config!, states);
        Complaints.None(
            from row in Rows(section)
            let edited = Edit(before.Canonical!, row[0].Trim('`'))
            let changes = StepCatalog.Planner.Plan(edited, recorded).Plan.Changes
            from kind in StepKinds.All
            let word = changes.Single(change => change.Address.Kind == kind && change.Address.Target is null or "blue").Word
            let said = row[1 + (int)kind]
            where word != said
            select $"{Page}: {row[0]}: the planner says {word} of {kind.Word()}, the page {said}");
    }

    private static string[][] Rows(string section)
    {
        var rows = File.ReadLines(Path.Combine(Checkout.Root, Page))
            .SkipWhile(line => line != section)
            .SkipWhile(line => line != Heading)
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|', ' ').Split(" | ", StringSplitOptions.TrimEntries))
            .ToArray();
        Assert.NotEmpty(rows);
        return rows;
    }

    private static MigrationConfig Edit(string configuration, string command)
    {
        var words = ShellWords.Of(command);
        var edited = words[0] switch
        {
            "add" => ConfigurationEditor.Add(configuration, words[1], words[2]),
            "update" => ConfigurationEditor.Update(configuration, words[1], words[2]),
            _ => ConfigurationEditor.Remove(configuration, words[1]),
        };
        return edited.Config ?? throw new InvalidOperationException($"{command}: {string.Join("; ", edited.Diagnostics.Select(diagnostic => diagnostic.Detail))}");
    }

    /// <summary>What a ledger would know after the steps of a configuration had come so far.</summary>
    private static Dictionary<StepAddress, RecordedStep> Recorded(MigrationConfig config, Func<StepKind, RecordedState> states)
    {
        var recorded = new Dictionary<StepAddress, RecordedStep>();
        foreach (var step in StepCatalog.Planner.Wanted(config))
        {
            var consumed = step.Edges.Where(edge => edge.Group is not null).Select(edge => Fingerprinting.Consume(edge, recorded[edge.Upstream].Outputs));
            recorded[step.Address] = new(
                step.Address,
                states(step.Address.Kind),
                Fingerprinting.Of(step, [.. consumed]),
                step.Address.Kind == StepKind.Snapshot ? SnapshotParts : [],
                "");
        }

        return recorded;
    }

    private static ImmutableArray<OutputPart> SnapshotParts { get; } =
    [
        new(SnapshotOutputs.Templates, SnapshotOutputs.AllTemplates, Fingerprint.Of("templates")),
        .. from index in (string[])["posts_2026", "users"]
           from part in (string[])[SnapshotOutputs.Definitions, SnapshotOutputs.Documents]
           select new OutputPart(part, index, Fingerprint.Of($"{part} of {index}")),
    ];
}
