using System.Globalization;
using System.Text;

namespace Portage.Scenarios;

/// <summary>What was killed, and how soon the work went on.</summary>
internal sealed class KillFigures(int seed)
{
    private readonly Dictionary<string, int> _killed = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Victim, string Step), List<double>> _steps = [];
    private int _migrations;
    private int _documents;
    private int _hurried;

    /// <summary>Kills so far.</summary>
    public int Count => _killed.Values.Sum();

    /// <summary>Counts a kill.</summary>
    public void CountKill(string victim) => _killed[victim] = _killed.GetValueOrDefault(victim) + 1;

    /// <summary>Counts a kill that came before the work had gone on after the one before.</summary>
    public void CountHurried() => _hurried++;

    /// <summary>Takes the time from the start after a kill to what it waited for.</summary>
    /// <param name="what">What went on, as <c>first step event</c>.</param>
    public void Take(string victim, string what, TimeSpan time)
    {
        if (!_steps.TryGetValue((victim, what), out var times))
        {
            _steps[(victim, what)] = times = [];
        }

        times.Add(Math.Max(0, time.TotalMilliseconds));
    }

    /// <summary>Counts a migration that is whole.</summary>
    public void CountMigration(int documents) => (_migrations, _documents) = (_migrations + 1, _documents + documents);

    /// <summary>Tables, in Markdown.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Count} kills (seed {seed}) over {_migrations} migrations of together {_documents:N0} documents; {_hurried} of them before the work had gone on after the kill before.\n");
        text.Append("The test fails unless each migration ends with every document there once, at version 1 and byte for byte, and no step failed on the way.\n\n| killed | times |\n| --- | --- |\n");
        foreach (var (victim, count) in _killed.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {victim} | {count} |\n");
        }

        text.Append("\n| from `workflow start` after the kill of | to the | measured | median ms | 90 % ms | max ms |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var ((victim, step), times) in _steps.OrderBy(pair => pair.Key))
        {
            text.Append(Row(victim, step, times));
        }

        foreach (var all in _steps.GroupBy(pair => pair.Key.Step).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append(Row("any", all.Key, all.SelectMany(pair => pair.Value)));
        }

        return text.ToString();
    }

    private static string Row(string victim, string step, IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"| {victim} | {step} | {sorted.Length} | {sorted[sorted.Length / 2]:0} | {sorted[sorted.Length * 9 / 10]:0} | {sorted[^1]:0} |\n");
    }
}
