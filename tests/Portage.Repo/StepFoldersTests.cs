using Portage.Model.Steps;
using Portage.Steps;

namespace Portage.Repo;

/// <summary>Step kinds are a family of one shape: who knows one folder knows all.</summary>
public sealed class StepFoldersTests
{
    private static readonly string[] Shape = ["{0}Step.cs", "{0}Inputs.cs", "{0}Outputs.cs", "{0}Progress.cs", "{0}Gate.cs", "README.md"];
    private static readonly string[] Headings = ["## What it does", "## What reverting undoes", "## What it costs"];

    [Fact]
    public void Folder_OfEachKind_HasTheFamilysFiles() =>
        Complaints.None(
            from kind in Kinds()
            from name in Shape.Select(name => name.Replace("{0}", kind.ToString(), StringComparison.Ordinal))
            let path = Path.Combine("src", "Portage.Steps", kind.ToString(), name)
            where !File.Exists(Path.Combine(Checkout.Root, path))
            select $"{path} is missing");

    [Fact]
    public void Readme_OfEachKind_SaysWhatItDoesUndoesAndCosts() =>
        Complaints.None(
            from kind in Kinds()
            let path = Path.Combine("src", "Portage.Steps", kind.ToString(), "README.md")
            where File.Exists(Path.Combine(Checkout.Root, path))
            let lines = File.ReadAllLines(Path.Combine(Checkout.Root, path))
            from heading in Headings
            where !lines.Any(line => line.StartsWith(heading, StringComparison.OrdinalIgnoreCase))
            select $"{path} lacks '{heading}'");

    private static IEnumerable<StepKind> Kinds() => StepCatalog.Steps.Keys.Order();
}
