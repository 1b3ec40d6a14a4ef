using System.Globalization;
using System.Runtime.InteropServices;
using Portage.Testing;

namespace Portage.Bench.Measuring;

/// <summary>What there is to know about the machine that measures.</summary>
internal static class Machine
{
    /// <summary>Names the folder of its results, as <c>linux-x64-2-cores</c>.</summary>
    public static string Name => string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.RuntimeIdentifier.Split('-')[0]}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}-{Environment.ProcessorCount}-cores");

    public static async Task<IReadOnlyList<string>> FactsAsync(CancellationToken cancellationToken)
    {
        var commit = await Child.RunAsync(Checkout.Root, null, cancellationToken, "git", "describe", "--always", "--dirty");
        return
        [
            $"processor: {Environment.ProcessorCount} × {Of("/proc/cpuinfo", "model name")}",
            $"memory: {Of("/proc/meminfo", "MemTotal")}",
            $"system: {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
            $"disk of the checkout: {DiskOf(Checkout.Root)}",
            $"other load at the start (1, 5, 15 minutes): {string.Join(", ", File.ReadAllText("/proc/loadavg").Split(' ').Take(3))}",
            $"commit: {commit.Output.Trim()}",
        ];
    }

    private static string Of(string file, string name) => File.ReadLines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault("unknown");

    private static string DiskOf(string path)
    {
        var drive = DriveInfo.GetDrives().Where(drive => path.StartsWith(drive.Name, StringComparison.Ordinal)).MaxBy(drive => drive.Name.Length);
        return drive is null ? "unknown" : drive.DriveFormat;
    }
}
