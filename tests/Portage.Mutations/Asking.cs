using System.Collections.Immutable;
using System.Text.Json;

namespace Portage.Mutations;

/// <summary>What some tests said.</summary>
/// <param name="Passed">How many passed.</param>
/// <param name="Skipped">How many could not be asked here, as for want of a server.</param>
/// <param name="Failed">The names of those that failed, and what else went wrong.</param>
/// <param name="Took">From the start of the process to its end.</param>
internal sealed record Answer(int Passed, int Skipped, ImmutableArray<string> Failed, TimeSpan Took);

/// <summary>Asks tests of a built checkout what they think of a mutation.</summary>
internal static class Asking
{
    /// <param name="mutation">Null for the code as it is.</param>
    /// <param name="patience">Tests that take longer have failed.</param>
    public static async Task<Answer> AskAsync(ScratchCheckout checkout, TestSelection tests, int? mutation, TimeSpan patience, CancellationToken cancellationToken)
    {
        var project = $"Portage.{tests.Project}";
        var results = Path.Combine(checkout.Root, "artifacts", "results.json");
        File.Delete(results);
        var environment = new Dictionary<string, string>(ScratchCheckout.Environment) { ["PORTAGE_MUTANT"] = $"{mutation ?? 0}" };
        string[] command =
        [
            Path.Combine(checkout.Root, "artifacts/bin", project, "debug", project),
            "-noColor", "-noAutoReporters", "-stopOnFail", "-result-ctrf", results,
            .. tests.Names.SelectMany(name => (string[])["-method", name.Contains('.', StringComparison.Ordinal) ? $"*.{name}" : $"*.{name}.*"]),
        ];
        var since = TimeProvider.System.GetTimestamp();
        var ran = await Running.RunAsync(checkout.Root, environment, patience, cancellationToken, command);
        var took = TimeProvider.System.GetElapsedTime(since);
        var (passed, skipped, failed) = File.Exists(results) ? Read(await File.ReadAllBytesAsync(results, cancellationToken)) : (0, 0, []);
        return ran.ExitCode switch
        {
            null => new(passed, skipped, [$"no end within {patience.TotalSeconds:0} s"], took),
            0 => new(passed, skipped, failed, took),
            _ when !failed.IsEmpty => new(passed, skipped, failed, took),

            // As after a stack that overflowed: there are no results.
            { } code => new(passed, skipped, [$"{project} ended with {code}: {Last(ran.Output)}"], took),
        };
    }

    private static (int Passed, int Skipped, ImmutableArray<string> Failed) Read(byte[] results)
    {
        // The runner writes what a test is given as it is, control characters too, which no JSON may have.
        using var json = JsonDocument.Parse(Array.ConvertAll(results, one => one < ' ' ? (byte)' ' : one));
        var tests = json.RootElement.GetProperty("results").GetProperty("tests").EnumerateArray()
            .Select(test => (Name: test.GetProperty("name").GetString()!, Status: test.GetProperty("status").GetString()))
            .ToArray();
        return (
            tests.Count(test => test.Status == "passed"),
            tests.Count(test => test.Status is "skipped" or "pending"),
            [.. tests.Where(test => test.Status == "failed").Select(test => test.Name)]);
    }

    private static string Last(string output) => output.TrimEnd().Split('\n')[^1].Trim();
}
