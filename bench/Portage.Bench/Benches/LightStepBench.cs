using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Portage.Backends.Embedded;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Bench.Benches;

/// <summary>What the engine adds to a light step: deciding, beginning, and writing down durably that it began and how it came out.</summary>
internal static class LightStepBench
{
    private const int Steps = 1_000;
    private const int BodyBytes = 1_500;
    private const double LimitMilliseconds = 5;

    public static Measuring.Bench Bench { get; } = new("light-step", "a light step decided, run and durably recorded, in a run of 1,000 that wait for each other", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // On the disk of the checkout: the folder for temporary files may be memory.
        var folder = Path.Combine(BenchData.Folder, "light-step");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        var before = Bare(folder, "before.db");
        var chain = new Chain();
        var planner = new Planner([chain]);
        var began = new List<long>(Steps);
        var home = await Homes.ConfigureAsync(Path.Combine(folder, "home"), """{"targets":{"blue":{"endpoint":"https://blue.example:9200"}}}""", planner, cancellationToken);
        await Homes.RunAsync(home, planner, new Dictionary<StepKind, IStep> { [chain.Kind] = new InstantStep(chain, _ => began.Add(TimeProvider.System.GetTimestamp())) }, cancellationToken);
        var after = Bare(folder, "after.db");
        Directory.Delete(folder, recursive: true);

        // From the moment a step runs to the moment the next one does: its result is written, and that the next one begins.
        var steps = new Samples(began.Zip(began.Skip(1), (from, to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds));
        var bare = new Samples([.. before, .. after]);
        yield return new(
            "a light step decided, run and durably recorded",
            "< 5 ms",
            steps.Text("ms"),
            string.Create(CultureInfo.InvariantCulture, $"{steps.Median / LimitMilliseconds:0.00} of the limit; {steps.Median / bare.Median:0.0} × the bare write"),
            steps.Median < LimitMilliseconds);
        yield return new("one row of that size in a durable SQLite transaction, for comparison", "", bare.Text("ms"), "", null);
    }

    /// <summary>The same database settings without the engine, before and after: the disk has moods.</summary>
    private static List<double> Bare(string folder, string name)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, name), Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE events (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO events (body) VALUES ($body)";
        command.Parameters.AddWithValue("$body", new byte[BodyBytes]);
        var took = new List<double>(Steps / 2);
        for (var i = 0; i < Steps / 2; i++)
        {
            var since = TimeProvider.System.GetTimestamp();
            command.ExecuteNonQuery();
            took.Add(TimeProvider.System.GetElapsedTime(since).TotalMilliseconds);
        }

        return took;
    }

    /// <summary>Steps that each rest on the one before, with as many inputs as a real one has.</summary>
    private sealed class Chain : IStepDefinition
    {
        private static readonly ImmutableArray<InputPart> Inputs =
        [
            .. Enumerable.Range(0, 12).Select(i => string.Create(CultureInfo.InvariantCulture, $"field{i:00}")).Select(name => new InputPart($"metadata.{name}", $"migrations.chain.slices.some.metadata.{name}", "\"value\"", Affects.Result, Change.Free)),
        ];

        public StepKind Kind => StepKind.Metadata;

        public int Version => 1;

        public GatePlacement GatePlacement => GatePlacement.AfterRun;

        public RunsAs RunsAs => RunsAs.Light;

        public bool WritesToTarget => true;

        public IEnumerable<WantedStep> Derive(MigrationConfig config) => Enumerable.Range(0, Steps)
            .Select(i => new WantedStep(Address(i), Inputs, i == 0 ? [] : [new InputEdge(Address(i - 1), null, [], [], RestsOn: true)], GateRule.None));

        private static StepAddress Address(int number) => new("chain", string.Create(CultureInfo.InvariantCulture, $"part-{number:0000}"), "blue", StepKind.Metadata);
    }
}
