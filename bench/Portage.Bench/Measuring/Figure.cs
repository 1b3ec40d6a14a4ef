namespace Portage.Bench.Measuring;

/// <summary>One thing that was measured.</summary>
/// <param name="Name">What, in a few words.</param>
/// <param name="Limit">What it must keep, as <c>&lt; 250 ms</c>; empty for what is only told beside it.</param>
/// <param name="Measured">What came out.</param>
/// <param name="Ratio">Against the limit or a peer in the same run; empty where there is none.</param>
/// <param name="IsKept">False when the limit is not kept; null where there is none.</param>
internal sealed record Figure(string Name, string Limit, string Measured, string Ratio, bool? IsKept);

/// <summary>Measures some figures that belong together.</summary>
/// <param name="Name">What <c>bench/run</c> calls it.</param>
/// <param name="About">What it measures and how, for the results' reader.</param>
/// <param name="MeasureAsync">Yields the figures; null entries are never yielded.</param>
internal sealed record Bench(string Name, string About, Func<CancellationToken, IAsyncEnumerable<Figure>> MeasureAsync);
