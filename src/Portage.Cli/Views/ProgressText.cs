using System.Globalization;
using Portage.Engine.Ports;

namespace Portage.Cli.Views;

/// <summary>How far something is, in words and numbers.</summary>
internal static class ProgressText
{
    private const int BarColumns = 20;
    private const int ItemsMax = 3;

    /// <summary>As <c>45 %, 1,234 of 2,800 documents, 350/s, 4 s left, 3 rejected</c>; with <c>of up to</c> where the total may turn out smaller.</summary>
    public static string Of(StepProgress progress, TimeSpan? remaining)
    {
        var counts = progress.Numbers
            .Where(number => number.Key is "rejected" or "noop" or "overwritten" or "existing" or "missing" or "differing" && number.Value > 0)
            .Select(number => $"{number.Value:N0} {number.Key}");
        return string.Join(", ", [Of(progress.Done, progress.Total, progress.TotalIsAtMost, progress.Unit, progress.PerSecond, remaining), .. counts]);
    }

    public static string Of(long finished, long? total, bool totalIsAtMost, string unit, double? perSecond, TimeSpan? remaining)
    {
        var parts = new List<string>();
        if (total is > 0 and var whole)
        {
            parts.Add(Percent(finished, whole));
        }

        parts.Add($"{finished:N0}{(total is { } all ? $" of {(totalIsAtMost ? "up to " : "")}{all:N0}" : "")} {unit}");
        if (perSecond is { } rate)
        {
            parts.Add($"{rate:N0}/s");
        }

        if (remaining is { } left)
        {
            parts.Add($"{(totalIsAtMost ? "up to " : "")}{Duration(left)} left");
        }

        return string.Join(", ", parts);
    }

    /// <summary>As <c>1 of 3 indices done; orders-2026-09 45 %</c>; null where that says no more than the step's own line.</summary>
    public static string? Items(ItemsProgress? items)
    {
        if (items is not { Total: > 1 })
        {
            return null;
        }

        var shown = items.UnderWay.Take(ItemsMax).Select(item => $"{item.Name} {Percent(item.Done, item.Total)}");
        var more = items.UnderWay.Length > ItemsMax ? $", {items.UnderWay.Length - ItemsMax} more under way" : "";
        return $"{items.Done:N0} of {items.Total:N0} indices done{(items.UnderWay.IsEmpty ? "" : $"; {string.Join(", ", shown)}{more}")}";
    }

    /// <summary>As <c>[########------------]</c>; the percentage beside it says the same. Never full before the end.</summary>
    public static string Bar(long finished, long total)
    {
        var full = total <= 0 ? 0 : (int)Math.Clamp(finished * BarColumns / total, 0, BarColumns);
        return $"[{new string('#', full)}{new string('-', BarColumns - full)}]";
    }

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{Math.Ceiling(time.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s",
    };

    // 99.6 of a hundred is not all of it.
    private static string Percent(long finished, long total) => $"{(finished < total ? Math.Min(99, Math.Round(100.0 * finished / total)) : 100):0} %";
}
