using System.Globalization;

namespace Portage.Mutations;

/// <summary>What became of a mutation.</summary>
/// <param name="KilledBy">The first test that failed; null where none did.</param>
/// <param name="Asked">How many tests passed with the mistake in the code.</param>
internal sealed record Verdict(Mutation Mutation, string? KilledBy, int Asked, TimeSpan Took)
{
    /// <summary>True for what must be mended: a mistake that nobody sees, or one that is seen although it is said that nobody can.</summary>
    public bool IsWrong => KilledBy is null == Mutation.Redundant is null;

    /// <summary>One line for the terminal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mutation.Id,4}  {Word,-9} {Mutation.What}  ({Took.TotalSeconds:0} s, {Detail})");

    private string Word => KilledBy is not null ? "killed" : Mutation.Redundant is not null ? "redundant" : "SURVIVED";

    private string Detail => KilledBy ?? $"{Asked} tests passed";
}

/// <summary>Killed mutations among those that a test must see.</summary>
internal sealed record Score(int Killed, int Counted)
{
    public static Score Of(IEnumerable<Verdict> verdicts)
    {
        var counted = verdicts.Where(verdict => verdict.Mutation.Redundant is null).ToArray();
        return new(counted.Count(verdict => verdict.KilledBy is not null), counted.Length);
    }

    /// <summary>As <c>97 % (104 of 107)</c>; rounded down.</summary>
    public override string ToString() => Counted == 0 ? "none" : $"{100 * Killed / Counted} % ({Killed} of {Counted})";
}
