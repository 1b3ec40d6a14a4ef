using System.Reflection;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;

namespace Portage.Repo;

/// <summary>The README of the ledger lists every event under the name that is written.</summary>
public sealed class LedgerEventsTests
{
    private const string Page = "src/Portage.Engine/Ledger/README.md";

    [Fact]
    public void Events_OfTheLedger_AreThoseOfTheReadme() => Assert.Equal(
        typeof(LedgerEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(known => (string)known.TypeDiscriminator!).Order(StringComparer.Ordinal),
        MarkdownTable.Rows(Page, "| event | written when |").Select(row => row[0].Trim('`')).Order(StringComparer.Ordinal));
}
