using System.Collections.Immutable;
using System.Text;
using Portage.Configuration;
using Portage.Configuration.Editing;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;

namespace Portage.Steps.Tests.Planning.Fingerprints;

/// <summary>
/// Fingerprints outlive releases: a golden that changes means that every user's work is compared field by field after the upgrade,
/// and a default that changes its value means that the kind's version must be raised (docs/formats/fingerprints.md).
/// </summary>
public sealed class FingerprintTests
{
    private static string Sample => File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Portage.Steps.Tests", "Planning", "Fingerprints", "sample.yaml"));

    [Fact]
    public void Of_TheSample_IsTheGolden()
    {
        var text = new StringBuilder();
        foreach (var step in CarriedOut.Of(Config()).Values)
        {
            text.Append($"{step.Address} version {step.Inputs.Version}\n");
            text.Append($"  result   {step.Inputs.Fingerprints.Result.Hex}\n  identity {step.Inputs.Fingerprints.Identity.Hex}\n  process  {step.Inputs.Fingerprints.Process.Hex}\n");
            foreach (var part in step.Inputs.Parts)
            {
                text.Append($"    {part.Affects,-7} {(part.IsDefault ? "left out" : "hashed  ")} {part.Key} = {part.Value}\n");
            }
        }

        Golden.Verify(text.ToString(), "sample.txt");
    }

    [Fact]
    public void Of_ARecordWithOneMoreFieldAtItsDefault_IsTheSame()
    {
        var (now, consumed) = Backfill();
        var later = Later(now, new LaterBackfillConfig { Workers = 8, Conflict = ConflictChoice.Overwrite });
        Assert.Equal(now.Inputs.Length + 2, later.Inputs.Length);

        var (before, after) = (Fingerprinting.Of(now, consumed), Fingerprinting.Of(later, consumed));
        Assert.Equal(before.Fingerprints, after.Fingerprints);
        Assert.Empty(InputDifferences.Between(before.Parts, after.Parts));
        Assert.Empty(InputDifferences.Between(after.Parts, before.Parts));
    }

    [Fact]
    public void Of_ARecordWithOneMoreFieldThatIsGiven_IsAnotherAndSaysWhy()
    {
        var (now, consumed) = Backfill();
        var later = Later(now, new LaterBackfillConfig { Workers = 8, Conflict = ConflictChoice.Overwrite, Pipeline = "clean" });

        var (before, after) = (Fingerprinting.Of(now, consumed), Fingerprinting.Of(later, consumed));
        Assert.NotEqual(before.Fingerprints.Result, after.Fingerprints.Result);
        Assert.Equal(before.Fingerprints.Process, after.Fingerprints.Process);
        Assert.Equal(["migrations.logs.slices.given.backfill.pipeline: absent → \"clean\""], InputDifferences.Between(before.Parts, after.Parts).Select(field => field.Reason.Text));
    }

    [Fact]
    public void Plan_OfAReleaseWithOneMoreField_KeepsWhatIsRecorded()
    {
        var (now, consumed) = Backfill();
        var later = Later(now, new LaterBackfillConfig { Workers = 8, Conflict = ConflictChoice.Overwrite });
        Assert.True(InputDifferences.HaveSameResult(Fingerprinting.Of(now, consumed), Fingerprinting.Of(later, consumed)));

        var given = Later(now, new LaterBackfillConfig { Workers = 8, Conflict = ConflictChoice.Overwrite, Pipeline = "clean" });
        Assert.False(InputDifferences.HaveSameResult(Fingerprinting.Of(now, consumed), Fingerprinting.Of(given, consumed)));
    }

    [Fact]
    public void Of_EveryFieldGivenAtItsDefault_IsTheSame()
    {
        var canonical = ConfigurationReader.Read(Sample, "sample.yaml").Canonical!;
        var before = Fingerprints(Config());
        var tried = 0;
        foreach (var field in FieldWalker.Walk(Config(), "").Where(field => field.IsDefault && field.Json is not ("null" or "[]")))
        {
            var edited = ConfigurationEditor.Update(canonical, field.Path, field.Json);
            Assert.True(edited.Config is not null, $"{field.Path}: {string.Join('\n', edited.Diagnostics)}");
            Assert.Equal(before, Fingerprints(edited.Config));
            tried++;
        }

        Assert.True(tried > 10);
    }

    [Theory]
    [InlineData("blue", "targets.blue.tls.allowInsecure", "true", Affects.Process)]
    [InlineData("given", "migrations.logs.slices.given.backfill.workers", "2", Affects.Process)]
    [InlineData("given", "migrations.logs.slices.given.backfill.conflict", "keepExisting", Affects.Result)]
    [InlineData("given", "migrations.logs.slices.given.types", "refuse", Affects.Result)]
    [InlineData("given", "migrations.logs.slices.given.backfill.approve", "none", Affects.Nothing)]
    [InlineData("given", "migrations.logs.slices.given.backfill.workers", "4", Affects.Process)]
    public void Of_AFieldChanged_IsAnotherWhereItCounts(string about, string path, string value, Affects affects)
    {
        var canonical = ConfigurationReader.Read(Sample, "sample.yaml").Canonical!;
        var address = StepAddress.Parse("logs/given@blue:backfill");
        var before = CarriedOut.Of(Config())[address].Inputs.Fingerprints;
        var after = CarriedOut.Of(ConfigurationEditor.Update(canonical, path, value).Config!)[address].Inputs.Fingerprints;
        Assert.True(before.Result != after.Result == (affects == Affects.Result), about);
        Assert.True(before.Identity != after.Identity == (affects == Affects.Result), about);
        Assert.True(before.Process != after.Process == (affects == Affects.Process), about);
    }

    private static MigrationConfig Config()
    {
        var read = ConfigurationReader.Read(Sample, "sample.yaml");
        Assert.True(read.Canonical is not null, string.Join('\n', read.Diagnostics));
        return read.Config!;
    }

    private static string[] Fingerprints(MigrationConfig config) =>
        [.. CarriedOut.Of(config).Values.Select(step => $"{step.Address} {step.Inputs.Fingerprints}")];

    private static (WantedStep Step, ImmutableArray<ConsumedOutput> Consumed) Backfill()
    {
        var address = StepAddress.Parse("logs/given@blue:backfill");
        return (StepCatalog.Planner.Wanted(Config()).Single(step => step.Address == address), CarriedOut.Of(Config())[address].Inputs.Consumed);
    }

    /// <summary>The step as a later release would want it, whose record has more fields.</summary>
    private static WantedStep Later(WantedStep step, LaterBackfillConfig record) => step with
    {
        Inputs =
        [
            .. step.Inputs.Where(part => !part.Key.StartsWith("backfill.", StringComparison.Ordinal)),
            .. StepFields.Of(record, "backfill", "migrations.logs.slices.given.backfill").Where(part => part.Affects != Affects.Nothing),
        ],
    };

    private sealed record LaterBackfillConfig
    {
        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 64)]
        public int Workers { get; init; } = 2;

        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 64)]
        public int Processes { get; init; } = 1;

        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 1)]
        public long RangeBytes { get; init; } = 512 * 1024 * 1024;

        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 256)]
        public int Connections { get; init; } = 4;

        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 1)]
        public int BodyBytesMax { get; init; } = 10 * 1024 * 1024;

        [Field("As now.", Affects = Affects.Process, Min = 1, Max = 1)]
        public int OperationCountMax { get; init; } = 1_000;

        [Field("As now.", Affects = Affects.Result)]
        public ConflictChoice Conflict { get; init; } = ConflictChoice.KeepExisting;

        [Field("Added.", Affects = Affects.Result)]
        public string? Pipeline { get; init; }

        [Field("Added.", Affects = Affects.Result, Min = 0, Max = 9)]
        public int Rounds { get; init; } = 3;
    }
}
