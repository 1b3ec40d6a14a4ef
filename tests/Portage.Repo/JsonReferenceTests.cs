using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Portage.Cli;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;

namespace Portage.Repo;

/// <summary>The reference page of what verbs answer to programs is written from the shapes, the command tree and the goldens.</summary>
public sealed class JsonReferenceTests
{
    private static readonly string Contracts = Path.Combine(Checkout.Root, "tests", "Portage.Scenarios", "Contracts");

    // Numbers have the names that a step kind gives them, and a cluster names the columns of its indices.
    private static readonly string[] OfOthers = ["numbers", "clusters[].indices"];

    [Fact]
    public void Page_OfTheShapes_IsUpToDate()
    {
        var page = new StringBuilder(
            """
            # What verbs answer to programs

            Written from `src/Portage.Cli/Contracts`, the command tree and the goldens in `tests/Portage.Scenarios/Contracts` by a test; after a
            change, run `UPDATE_GOLDEN=1 dotnet test` over both projects.

            `--output json` (short: `--json`) prints one object on standard output, `--output yaml` the same as YAML; errors go to standard error
            and into the exit code, as always. Each object carries the `formatVersion` of its shape. Within a version fields are only added; one
            that goes, or means something else, makes a new version. Times are ISO 8601 with their zone, digests are SHA-256 in full, durations
            are in seconds. A field is there also where it is null. The tables tell what
            each field is in the goldens: texts are words of a fixed list, names, digests, times, or sentences for people, which may change.

            `position` is the number of the last event of the ledger that an answer takes into account: two answers with the same position are
            about the same history, and a later one has a higher number. What is seen at the moment, as progress, what a plan would destroy, or
            whether a controller lives, is looked at when asked and is not part of it.

            | shape | version | answered by |
            | --- | --- | --- |

            """);
        foreach (var shape in Shape.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| [{shape.Name}](#{shape.Name}) | {(shape.Version == 0 ? "none" : shape.Version)} | {string.Join(", ", VerbsOf(shape).Select(verb => $"`{verb}`"))} |\n");
        }

        foreach (var shape in Shape.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {shape.Name}\n\n{shape.About}\n");
            if (shape.Version > 0)
            {
                page.Append("\n| field | in the goldens |\n| --- | --- |\n");
                foreach (var (field, kinds) in Fields(shape))
                {
                    page.Append(CultureInfo.InvariantCulture, $"| `{field}` | {string.Join(" or ", kinds)} |\n");
                }
            }
        }

        Golden.Verify(page.ToString(), "../../docs/reference/json.md");
    }

    [Fact]
    public void Shapes_OfAllVerbs_AreListedAndAnswered()
    {
        var answered = Commands().SelectMany(command => Verb.ShapesOf(command.Command)).ToHashSet();
        Assert.Equal(answered.Select(shape => shape.Name).Order(StringComparer.Ordinal), Shape.All.Select(shape => shape.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Where a verb asks nobody, what it prints is its own: those have one form, and refuse another.</summary>
    [Fact]
    public void Verbs_WithOneForm_AreThese() => Assert.Equal(
        (string[])
        [
            "cluster curl", "completion", "configure sample", "configure schema", "credentials create", "credentials delete", "demo", "help", "prompt", "sandbox start", "snapshot documents", "version",
        ],
        Commands().Where(command => command.Command.Action is not null && Verb.ShapesOf(command.Command).Count == 0).Select(command => command.Verb["workflow ".Length..]).Order(StringComparer.Ordinal));

    private static IEnumerable<string> VerbsOf(Shape shape) =>
        Commands().Where(command => Verb.ShapesOf(command.Command).Contains(shape)).Select(command => command.Verb);

    private static IEnumerable<(Command Command, string Verb)> Commands() =>
        CommandTree.Make(TerminalOfNobody.Instance).Subcommands.Where(command => !command.Hidden).SelectMany(command => Below(command, "workflow"));

    private static IEnumerable<(Command Command, string Verb)> Below(Command command, string parent) =>
        [(command, $"{parent} {command.Name}"), .. command.Subcommands.SelectMany(inner => Below(inner, $"{parent} {command.Name}"))];

    /// <summary>Each field that a golden has, in its order, with what it was seen to be.</summary>
    private static IEnumerable<(string Field, IEnumerable<string> Kinds)> Fields(Shape shape)
    {
        var fields = new List<(string Field, List<string> Kinds)>();
        foreach (var golden in Directory.EnumerateFiles(Contracts, $"{shape.Name}.*json").Concat(Directory.EnumerateFiles(Contracts, $"{shape.Name}.json")).Distinct().Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(golden));
            Collect(document.RootElement, "", fields);
        }

        return fields.Select(field => (field.Field, field.Kinds.Order(StringComparer.Ordinal).AsEnumerable()));
    }

    private static void Collect(JsonElement value, string path, List<(string Field, List<string> Kinds)> fields)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    var field = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    Note(field, KindOf(property.Value), path, fields);
                    if (!OfOthers.Any(other => field == other || field.EndsWith("." + other, StringComparison.Ordinal)))
                    {
                        Collect(property.Value, field, fields);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, $"{path}[]", fields);
                }

                break;
            default:
                break;
        }
    }

    private static void Note(string field, string kind, string parent, List<(string Field, List<string> Kinds)> fields)
    {
        var place = fields.FindIndex(known => known.Field == field);
        if (place < 0)
        {
            // Beside what belongs to the same object, also where another golden had it first.
            place = fields.FindLastIndex(known => known.Field == parent || known.Field.StartsWith(parent + ".", StringComparison.Ordinal) || (parent.Length > 0 && known.Field == parent[..^2])) + 1;
            place = parent.Length == 0 ? fields.Count : place;
            fields.Insert(place, (field, []));
        }

        if (!fields[place].Kinds.Contains(kind))
        {
            fields[place].Kinds.Add(kind);
        }
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "object",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "truth value",
        JsonValueKind.Null => "null",
        _ => "text",
    };
}
