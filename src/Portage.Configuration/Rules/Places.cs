using Portage.Configuration.Paths;

namespace Portage.Configuration.Rules;

/// <summary>The paths that rules name.</summary>
internal static class Places
{
    public static ConfigPath Targets { get; } = ConfigPath.Root.Then("targets");

    public static ConfigPath Target(string name) => Targets.Then(name);

    public static ConfigPath Migration(string source) => ConfigPath.Root.Then("migrations").Then(source);

    public static ConfigPath Snapshot(string source, string name) => Migration(source).Then("snapshots").Then(name);

    public static ConfigPath Slice(string source, string name) => Migration(source).Then("slices").Then(name);
}
