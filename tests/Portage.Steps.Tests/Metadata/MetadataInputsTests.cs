using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Planning;
using Portage.Steps.Metadata;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Metadata;

public sealed class MetadataInputsTests
{
    private readonly MetadataInputs _inputs = new();

    [Fact]
    public void Derive_SliceOnATarget_WantsItsMetadataBehindTheSnapshot()
    {
        var step = Assert.Single(_inputs.Derive(ConfigOf(new MetadataConfig())));

        Assert.Equal("old/posts@blue:metadata", step.Address.ToString());
        Assert.Equal(new GateRule(GateMode.Manual, null), step.Gate);
        Assert.Equal(
            [(SnapshotOutputs.Definitions, "posts-*", ".*"), (SnapshotOutputs.Templates, "*", "")],
            step.Edges.Select(edge => (edge.Group!, string.Join(',', edge.Include), string.Join(',', edge.Exclude))));
        Assert.All(step.Edges, edge => Assert.Equal("old/main:snapshot", edge.Upstream.ToString()));
        Assert.All(step.Edges, edge => Assert.False(edge.RestsOn));
    }

    [Fact]
    public void Derive_SkippedSlice_WantsNothing() => Assert.Empty(_inputs.Derive(ConfigOf(new MetadataConfig { Skip = true })));

    [Fact]
    public void Derive_AutomaticGate_AsksForNoConflictAndNothingDroppedRemovedLostOrLacking() =>
        Assert.Equal("conflicts == 0 && dropped == 0 && removed == 0 && lost == 0 && lacking == 0 && external == 0 && failing == 0", Assert.Single(_inputs.Derive(ConfigOf(new MetadataConfig { Approve = "auto" }))).Gate.Predicate);

    [Theory]
    [InlineData("slice.types")]
    [InlineData("slice.indices.include")]
    [InlineData("metadata.replicas")]
    [InlineData("target.endpoint")]
    public void Derive_FieldsThatDecide_AffectTheResult(string key) =>
        Assert.Contains(Assert.Single(_inputs.Derive(ConfigOf(new MetadataConfig { Replicas = 1 }))).Inputs, part => part.Key == key && part.Affects == Affects.Result);

    [Fact]
    public void Derive_BackfillTunables_AreNotItsOwn() =>
        Assert.DoesNotContain(Assert.Single(_inputs.Derive(ConfigOf(new MetadataConfig()))).Inputs, part => part.Key.Contains("workers", StringComparison.Ordinal));

    private static MigrationConfig ConfigOf(MetadataConfig metadata) => new()
    {
        Targets = Named("blue", new TargetConfig { Endpoint = "http://127.0.0.1:9200" }),
        Migrations = Named("old", new SourceMigrationConfig
        {
            Snapshots = Named("main", new SnapshotConfig { Existing = "nightly", Repository = new() { File = new() { Path = "/mnt" } } }),
            Slices = Named("posts", new SliceConfig { Indices = new() { Include = ["posts-*"], Exclude = [".*"] }, Metadata = metadata }),
        }),
    };

    private static ImmutableSortedDictionary<string, T> Named<T>(string name, T value) =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal).Add(name, value);
}
