using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;

namespace Portage.Repo;

/// <summary>An event is one file, which names it; beside it there is a row in the README, and a line of the contract.</summary>
public sealed class LedgerEventsTests
{
    private const string Page = "src/Portage.Engine/Ledger/README.md";
    private const string Folder = "src/Portage.Engine/Ledger/Events";
    private const string Contract = "tests/Portage.Engine.Tests/Ledger/one-of-each.jsonl";

    private static readonly JsonDerivedTypeAttribute[] Registered = [.. typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()];

    private static IEnumerable<string> Names => Registered.Select(known => (string)known.TypeDiscriminator!);

    [Fact]
    public void Events_OfTheLedger_AreThoseOfTheReadme() => AssertSame(Names, MarkdownTable.Rows(Page, "| event | written when |").Select(row => row[0].Trim('`')));

    [Fact]
    public void Events_OfTheAssembly_HaveEachAFileAndTheNameOfItsType()
    {
        AssertSame(
            typeof(LedgerEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LedgerEvent)) && !type.IsAbstract).Select(type => type.Name),
            RepoFile.All.Where(file => file.Is(".cs") && file.IsBelow(Folder)).Select(file => Path.GetFileNameWithoutExtension(file.Name)));
        AssertSame(
            RepoFile.All.Where(file => file.Is(".cs") && file.IsBelow(Folder)).Select(file => JsonNamingPolicy.CamelCase.ConvertName(Path.GetFileNameWithoutExtension(file.Name))),
            Names);
        Assert.All(Registered, known => Assert.Equal(JsonNamingPolicy.CamelCase.ConvertName(known.DerivedType.Name), known.TypeDiscriminator));
    }

    [Fact]
    public void Events_OfTheContract_AreReadAsTheTypeOfTheirName()
    {
        var read = new Dictionary<string, Type>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(Checkout.Root, Contract)))
        {
            using var json = JsonDocument.Parse(line);
            read[json.RootElement.GetProperty("event").GetString()!] = LedgerJson.Read(Encoding.UTF8.GetBytes(line)).GetType();
        }

        AssertSame(Names, read.Keys);
        Assert.All(Registered, known => Assert.Equal(known.DerivedType, read[(string)known.TypeDiscriminator!]));
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
}
