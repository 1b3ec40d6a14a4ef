using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Repositories that are not there, not whole, or not what they were.</summary>
public sealed class DamagedRepositoryTests
{
    /// <summary>What is done to a copy of the sample, by the name of the case.</summary>
    private static readonly Dictionary<string, Action<string>> Damages = new(StringComparer.Ordinal)
    {
        ["no folder"] = repository => Directory.Delete(repository, recursive: true),
        ["empty folder"] = repository =>
        {
            Directory.Delete(repository, recursive: true);
            Directory.CreateDirectory(repository);
        },
        ["truncated index-N"] = repository => Truncate(Path.Combine(repository, "index-0")),
        ["corrupt snap-*.dat"] = repository => Flip(Directory.GetFiles(repository, "snap-*.dat")[0]),
        ["corrupt meta-*.dat of an index"] = repository => Flip(Directory.GetFiles(Path.Combine(repository, "indices"), "meta-*.dat", SearchOption.AllDirectories)[0]),
        ["corrupt snap-*.dat of a shard"] = repository => Flip(Directory.GetFiles(Path.Combine(repository, "indices"), "snap-*.dat", SearchOption.AllDirectories)[0]),
        ["flipped bit in a segment"] = repository => Flip(Largest(repository)),
        ["missing blob"] = repository => File.Delete(Largest(repository)),
    };

    public static TheoryData<string, string, string> Cases => new()
    {
        { "no folder", "PG3001", "/repository'" },
        { "empty folder", "PG3002", "/repository' is not a snapshot repository" },
        { "truncated index-N", "PG3003", "Blob 'index-0' is corrupt: expected a complete JSON object" },
        { "corrupt snap-*.dat", "PG3003", ".dat' is corrupt: expected the checksum" },
        { "corrupt meta-*.dat of an index", "PG3003", ".dat' is corrupt: expected the checksum" },
        { "corrupt snap-*.dat of a shard", "PG3003", ".dat' is corrupt: expected the checksum" },
        { "flipped bit in a segment", "PG3003", "Blob 'indices/" },
        { "missing blob", "PG3004", "Blob 'indices/" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task SnapshotDocuments_Damaged_NamesTheFile(string damage, string code, string words)
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);
        Damages[damage](workflow["repository"]);

        (await workflow.RunAsync("snapshot", "documents", "nightly", "--repository", "repository")).Expect(1).Says($"error {code}", words);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Start_Damaged_FailsWithTheFileAndGoesOnOnceMended(string damage, string code, string words)
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        Damages[damage](workflow["repository"]);

        (await workflow.RunAsync("start", "--attach")).Expect(1).Says(code, words);
        (await workflow.RunAsync("status")).Expect(0).Says("Failed (1)", code);

        if (Directory.Exists(workflow["repository"]))
        {
            Directory.Delete(workflow["repository"], recursive: true);
        }

        Samples.Unpack(workflow["repository"]);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task Start_SnapshotAbsent_FailsWithThoseThereAre()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]).Replace("nightly", "nightlyy", StringComparison.Ordinal));

        (await workflow.RunAsync("plan")).Expect(0).Says("warning PG3006", "Did you mean 'nightly'?");
        (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG3006", "the repository holds 'nightly'");
    }

    [Fact]
    public async Task Start_SnapshotPartial_RefusesWhatIsMissingAndTakesTheRest()
    {
        using var made = Fixtures.Unzip("made/es-7.10.2.zip");
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        var configuration = $$"""
            targets: { blue: { endpoint: {{target.Endpoint}} } }
            migrations:
              shop:
                snapshots: { main: { repository: { file: { path: "{{made["repo"]}}" } }, existing: partial } }
                slices:
                  all: { indices: { include: ["*"] }, metadata: { approve: none } }
            """;
        (await workflow.PipeAsync(configuration, "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);

        (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG3008", "lacks shard 0 of lost");

        (await workflow.RunAsync("configure", "add", "migrations.shop.slices.all.indices.exclude", "[lost]")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(["versions"], target.Indices);
        Assert.Equal(20, target.Documents("versions").Count);
    }

    [Fact]
    public async Task Start_IndexWithoutSource_CountsEveryDocumentAsRejectedAndHolds()
    {
        using var made = Fixtures.Unzip("made/es-7.10.2.zip");
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        var configuration = $$"""
            targets: { blue: { endpoint: {{target.Endpoint}} } }
            migrations:
              shop:
                snapshots: { main: { repository: { file: { path: "{{made["repo"]}}" } }, existing: first } }
                slices:
                  one: { indices: { include: [nosource] }, metadata: { approve: none } }
            """;
        (await workflow.PipeAsync(configuration, "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);

        (await workflow.RunAsync("start", "--attach")).Expect(3).Says("rejected == 0 (is 10)");

        var numbers = (await Samples.StatusOfAsync(workflow, "shop/one@blue:backfill")).GetProperty("report").GetProperty("numbers");
        Assert.Equal(10, numbers.GetProperty("rejected").GetInt64());
        Assert.Equal(0, numbers.GetProperty("accepted").GetInt64());
        (await workflow.RunAsync("snapshot", "documents", "first", "--repository", made["repo"], "--index", "nosource")).Expect(1).Says("10 documents of nosource have no stored source");
    }

    private static string Largest(string repository) =>
        new DirectoryInfo(Path.Combine(repository, "indices")).EnumerateFiles("__*", SearchOption.AllDirectories).MaxBy(file => file.Length)!.FullName;

    private static void Truncate(string file)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.SetLength(stream.Length / 2);
    }

    private static void Flip(string file)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.Position = stream.Length / 2;
        var had = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(had ^ 0x10));
    }
}
