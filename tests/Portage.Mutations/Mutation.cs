using System.Collections.Immutable;

namespace Portage.Mutations;

/// <summary>A mistake put into the code on purpose, at a place where it would lose, double or destroy data, or mislead people.</summary>
/// <param name="Id">Its number for as long as there is a list.</param>
/// <param name="Area">The list it stands in.</param>
/// <param name="What">The mistake in a few words.</param>
/// <param name="File">Relative to the checkout.</param>
/// <param name="Text">What stands there, exactly once.</param>
/// <param name="Replacement">What takes its place. <see cref="Switch"/> in it is true where the mistake is made; where it is false, the code means what it meant.</param>
/// <param name="Tests">The tests that should see it, in the order in which they are asked.</param>
/// <param name="Redundant">Why no test can see it; null where one must.</param>
internal sealed record Mutation(
    int Id,
    string Area,
    string What,
    string File,
    string Text,
    string Replacement,
    ImmutableArray<TestSelection> Tests,
    string? Redundant)
{
    /// <summary>Stands in a replacement for the question whether the mistake is made.</summary>
    public const string Switch = "MUTANT";

    /// <summary>The replacement as the compiler gets it.</summary>
    public string Code => Replacement.Replace(Switch, $"global::PortageMutant.Is({Id})", StringComparison.Ordinal);
}

/// <summary>Some tests of a project.</summary>
/// <param name="Project">As <c>Clusters.Tests</c>.</param>
/// <param name="Names">Classes, as <c>TlsTests</c>, and methods, as <c>TlsTests.Send_CertificateIsForAnotherHost_NamesBoth</c>.</param>
internal sealed record TestSelection(string Project, ImmutableArray<string> Names)
{
    /// <summary>The folder of the project, relative to the checkout.</summary>
    public string Folder => $"tests/Portage.{Project}";

    /// <inheritdoc/>
    public override string ToString() => $"{Project} {string.Join(' ', Names)}";
}
