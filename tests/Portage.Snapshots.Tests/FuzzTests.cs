using Portage.Fuzz;

namespace Portage.Snapshots.Tests;

/// <summary>
/// A short run of what <c>tests/fuzz</c> does for hours: a parser that is given damaged bytes refuses them with its own exceptions, ends, and
/// allocates no more than they account for.
/// </summary>
public sealed class FuzzTests(FuzzTests.Loaded loaded) : IClassFixture<FuzzTests.Loaded>
{
    private const int Rounds = 400;

    public static TheoryData<string> Names =>
    [
        "lucene.segments", "lucene.si", "lucene.fnm", "lucene.cfe", "lucene.cfs", "lucene.liv", "lucene.del", "lucene.fdt", "lucene.fdx", "lucene.fdm", "lucene.dvm", "lucene.dvd", "rebuild",
        "repository.root", "repository.snapshot", "repository.state", "repository.index", "repository.shard",
        "decoder.smile", "decoder.cbor", "decoder.yaml", "decoder.lzf", "decoder.body", "decoder.source", "decoder.id",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_FixedDamage_FindsNothing(string name)
    {
        Fixtures.Find("made");
        var target = loaded.Targets!.Single(target => target.Name == name);
        var run = new FuzzRun(target, seed: 1);

        Assert.Null(run.Run(rounds => rounds < Rounds));

        Assert.Equal(Rounds, run.Rounds);
    }

    [Fact]
    public void Names_OfTheTests_AreAllTargets()
    {
        Fixtures.Find("made");
        Assert.Equal(loaded.Targets!.Select(target => target.Name), Names.Select(row => row.Data));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("allocates")]
    public void Run_ParserThatDoesWhatNoneShould_SaysSo(string what)
    {
        var finding = new FuzzRun(new BadTarget(what), seed: 1).Run(rounds => rounds < 5_000);
        Assert.Contains(what == "throws" ? nameof(IndexOutOfRangeException) : "bytes allocated", finding!.What, StringComparison.Ordinal);
        Assert.Equal(0xFF, finding.Input[0]);
    }

    [Fact]
    public void Run_SameSeed_GivesTheSameInputs()
    {
        var first = new FuzzRun(new BadTarget("throws"), seed: 7).Run(rounds => rounds < 5_000)!;
        var second = new FuzzRun(new BadTarget("throws"), seed: 7).Run(rounds => rounds < 5_000)!;
        Assert.Equal(first.Input, second.Input);
    }

    /// <summary>The targets, loaded once.</summary>
    public sealed class Loaded : IAsyncLifetime
    {
        internal IReadOnlyList<FuzzTarget>? Targets { get; private set; }

        public async ValueTask InitializeAsync() => Targets = await Seeds.LoadAsync();

        public ValueTask DisposeAsync() => default;
    }

    private sealed class BadTarget(string what) : FuzzTarget
    {
        public override string Name => "bad";

        public override IReadOnlyList<FuzzSeed> Seeds { get; } = [new("one", [1, 2, 3, 4])];

        public override bool IsExpected(Exception failure) => failure is FormatException;

        public override void Run(FuzzSeed seed, byte[] bytes)
        {
            if (bytes is not [0xFF, ..])
            {
                throw new FormatException("not 255");
            }

            if (what == "throws")
            {
                throw new IndexOutOfRangeException();
            }

            GC.KeepAlive(new byte[100 << 20]);
        }
    }
}
