using System.Globalization;

namespace Portage.Bench.Measuring;

/// <summary>The same thing measured many times. Medians, because other processes only ever add.</summary>
internal sealed class Samples(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    public double Median => At(0.5);

    public double Min => _sorted[0];

    /// <summary>As <c>median 4.1 (3.9 to 5.2) of 200 in ms</c>: from the least to the tenth part that took longest.</summary>
    public string Text(string unit) => string.Create(CultureInfo.InvariantCulture, $"{Median:0.##} {unit} ({Min:0.##} to {At(0.9):0.##}; {Count} times)");

    private double At(double part) => _sorted[(int)Math.Round(part * (_sorted.Length - 1))];
}
