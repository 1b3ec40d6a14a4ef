using System.Globalization;

namespace Portage.Scenarios;

/// <summary>
/// kill -9 of controller, worker and client at random moments of migrations to a real OpenSearch: each time the next start
/// goes on, nobody cleans up, and in the end every document is there once.
/// </summary>
/// <remarks>PORTAGE_KILLS sets how often (100 for the whole proof, see bench/kill-9), PORTAGE_KILLS_SEED which moments.</remarks>
public sealed class KillTests
{
    private const int KillsByDefault = 12;

    [Fact]
    public async Task Kill_AtRandomMoments_NothingIsLostOrDoubled()
    {
        var kills = Number("PORTAGE_KILLS", KillsByDefault);
        var seed = Number("PORTAGE_KILLS_SEED", 20_261_123);
        using var snapshot = await KnownSnapshot.TakeAsync();
        await using var target = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);
        using var talk = new ClusterTalk(target.Endpoint);
        var figures = new KillFigures(seed);
        var chance = new Random(seed);

        while (figures.Count < kills)
        {
            await using var migration = await KilledMigration.CommitAsync(snapshot, target.Endpoint, chance, figures);
            await migration.CarryOutAsync(kills);
            await snapshot.Documents.ArrivedOnceAsync(talk);
            figures.CountMigration(snapshot.Documents.Count);
            await talk.SendAsync(HttpMethod.Delete, string.Join(',', snapshot.Documents.Indices));
        }

        TestContext.Current.TestOutputHelper!.WriteLine(figures.ToString());
        if (Environment.GetEnvironmentVariable("PORTAGE_KILLS_FIGURES") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, figures.ToString(), TestContext.Current.CancellationToken);
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
