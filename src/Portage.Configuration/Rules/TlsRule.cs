using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>TLS settings say one thing, and there is TLS for them.</summary>
internal static class TlsRule
{
    public static void Check(MigrationConfig config, Findings findings)
    {
        foreach (var (name, target) in config.Targets)
        {
            Check(target.Endpoint, target.Tls, Places.Target(name), findings);
        }

        foreach (var (name, migration) in config.Migrations)
        {
            Check(migration.Source?.Endpoint, migration.Source?.Tls, Places.Migration(name).Then("source"), findings);
            foreach (var (snapshot, declared) in migration.Snapshots)
            {
                Check(declared.Repository?.Url?.Endpoint, declared.Repository?.Url?.Tls, Places.Snapshot(name, snapshot).Then("repository").Then("url"), findings);
            }
        }
    }

    private static void Check(string? endpoint, TlsConfig? tls, ConfigPath server, Findings findings)
    {
        var path = server.Then("tls");
        if (tls is { CaFile: not null, AllowInsecure: true })
        {
            findings.Add(
                DiagnosticCatalog.TlsContradiction.Error,
                path,
                "'caFile' says which certificates to trust, and 'allowInsecure' to trust any; expected one of them.",
                command: Commands.Remove(path.Then("allowInsecure")),
                atKey: true);
        }

        if (tls is { CaFile: not null } or { AllowInsecure: true } && endpoint?.StartsWith("http:", StringComparison.Ordinal) == true)
        {
            findings.Add(
                DiagnosticCatalog.TlsUnused.Warning,
                path,
                $"'{Words.Shown(endpoint)}' is not encrypted, so there is no certificate to check. Was https:// meant?",
                command: Commands.Update(server.Then("endpoint"), "https" + endpoint[4..]),
                atKey: true);
        }
    }
}
