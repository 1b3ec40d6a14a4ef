using System.Text;
using System.Text.Json;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Planning;

namespace Portage.Steps.Tests.Planning.Histories;

/// <summary>
/// Ledgers of real migrations, <c>NAME.ERA.jsonl</c>, as a release of that era wrote them; never edited, never deleted. A later
/// release must not want to do again what it finds there.
/// </summary>
public sealed class HistoryTests
{
    private static string Folder => Path.Combine(Checkout.Root, "tests", "Portage.Steps.Tests", "Planning", "Histories");

    public static TheoryData<string> Names() => [.. Directory.EnumerateFiles(Folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_AfterAnyEventOfARun_RedoesNothing(string name)
    {
        var home = new HomeState();
        var begun = 0;
        foreach (var recorded in Events(name))
        {
            home.Apply(recorded);
            if (home.Sessions[HomeState.DefaultSession] is { ActiveRun: { } run } session)
            {
                // Only the first run: what a later one has to redo is told by the golden.
                var plan = StepCatalog.Planner.Plan(ConfigurationReader.ReadCanonical(session.ConfigurationOf(1)).Config!, session.Recorded()).Plan;
                Assert.All(run.Number == 1 ? plan.Changes : [], change => Assert.True(
                    change is StepChange.Keep or StepChange.Adopt or StepChange.Create or StepChange.Redo { Conditional: true },
                    $"After event {recorded.Sequence}: {change.Word} {change.Address}: {string.Join("; ", change.Because.Select(reason => reason.Text))}"));
                begun += run.Number == 1 ? 1 : 0;
            }
        }

        Assert.True(begun > 10);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_AtTheEnd_IsTheGolden(string name)
    {
        var session = HomeState.Of(Events(name)).Sessions[HomeState.DefaultSession];
        var text = new StringBuilder();
        foreach (var revision in session.Revisions)
        {
            text.Append($"revision {revision.Number}\n");
            foreach (var change in StepCatalog.Planner.Plan(ConfigurationReader.ReadCanonical(revision.Configuration).Config!, session.Recorded()).Plan.Changes)
            {
                text.Append($"  {change.Word} {change.Address}\n{string.Concat(change.Because.Select(reason => $"      {reason.Text}\n"))}");
            }
        }

        Golden.Verify(text.ToString(), $"{name}.txt");
    }

    private static IEnumerable<RecordedEvent> Events(string name) => File.ReadLines(Path.Combine(Folder, name + ".jsonl")).Select((line, i) =>
    {
        using var json = JsonDocument.Parse(line);
        var body = Encoding.UTF8.GetBytes(json.RootElement.GetProperty("body").GetRawText());
        return new RecordedEvent(i + 1, json.RootElement.GetProperty("at").GetDateTimeOffset(), LedgerJson.Read(body));
    });
}
