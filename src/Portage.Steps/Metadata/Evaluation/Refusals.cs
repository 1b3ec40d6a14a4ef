using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Conflicts with which nothing may be created.</summary>
internal static class Refusals
{
    // A sentence names the first of them; the evaluation lists all.
    private const int NamedMax = 3;

    /// <summary>What the target refuses stops the step; what it has otherwise stops it unless somebody saw that and let it pass.</summary>
    /// <param name="isApproved">True when the conflicts were seen.</param>
    /// <exception cref="StepException">There are such conflicts.</exception>
    public static void Throw(SliceOnTarget on, ImmutableArray<EvaluatedObject> objects, bool isApproved)
    {
        if (Text(objects, static outcome => outcome is ObjectOutcome.Refused refused ? refused.Reason : null) is { } refused)
        {
            throw new StepException(
                DiagnosticCatalog.ObjectRefused.Error($"{on.SlicePath}.metadata", $"The target refuses {refused}. Leave it out, or create it on the target in a form that suits you{Without(objects)}: what is there is left as it is.") with
                { Command = CommandWithout(on, objects) },
                isTransient: false,
                null);
        }

        if (!isApproved && Text(objects, static outcome => outcome is ObjectOutcome.Differs differs ? differs.Differences[0] : null) is { } differing)
        {
            throw new StepException(
                DiagnosticCatalog.ObjectDiffers.Error($"{on.SlicePath}.metadata", $"The target has another {differing}. Nothing there is touched; whether documents may go into it is for a person to say.") with
                { Command = $"workflow configure update {on.SlicePath}.metadata.approve manual" },
                isTransient: false,
                null);
        }
    }

    /// <summary>As <c>, as without index.sort.field</c>: the settings that the target names where it refuses the first object; nothing where it names none.</summary>
    private static string Without(ImmutableArray<EvaluatedObject> objects)
    {
        var first = objects.First(evaluated => evaluated.Outcome is ObjectOutcome.Refused);
        var (reason, definition) = (((ObjectOutcome.Refused)first.Outcome).Reason, first.Object.Definition);
        var named = FlatSettings.Of((definition["settings"] ?? definition["template"]?["settings"]) as JsonObject).Keys.Where(name => IsNamed(reason, name)).ToArray();
        return named.Length == 0 ? "" : $", as without {string.Join(" and ", named)}";
    }

    private static bool IsNamed(string reason, string setting)
    {
        static bool IsPart(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '-';
        for (var at = reason.IndexOf(setting, StringComparison.Ordinal); at >= 0; at = reason.IndexOf(setting, at + 1, StringComparison.Ordinal))
        {
            var end = at + setting.Length;

            // A dot may end the sentence; where more follows, it is a longer name.
            if ((at == 0 || !(IsPart(reason[at - 1]) || reason[at - 1] == '.')) && (end == reason.Length || !IsPart(reason[end])) && !(end + 1 < reason.Length && reason[end] == '.' && IsPart(reason[end + 1])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The edit that leaves out the first kind of what is refused, and nothing else.</summary>
    private static string CommandWithout(SliceOnTarget on, ImmutableArray<EvaluatedObject> objects)
    {
        var refused = objects.Where(evaluated => evaluated.Outcome is ObjectOutcome.Refused).Select(evaluated => evaluated.Object).ToArray();
        if (refused[0].Name.Kind is ObjectKind.Index or ObjectKind.Alias)
        {
            return SliceCommands.Exclude(on, refused.Select(index => index.Source).OfType<string>());
        }

        // Templates are those for the indices unless they are named: then the rest must be.
        var kept = objects.Where(evaluated => IsTemplate(evaluated.Name.Kind) && evaluated.Outcome is not ObjectOutcome.Refused).Select(evaluated => evaluated.Name.Name).Distinct(StringComparer.Ordinal).ToArray();
        var selection = kept.Length > 0 ? new JsonObject { ["include"] = List(kept) } : new JsonObject { ["exclude"] = List(["*"]) };
        return $"workflow configure update {on.SlicePath}.metadata.templates '{selection.ToJsonString()}'";
    }

    private static bool IsTemplate(ObjectKind kind) => kind is ObjectKind.LegacyTemplate or ObjectKind.ComponentTemplate or ObjectKind.IndexTemplate;

    private static JsonArray List(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)JsonValue.Create(name)!)]);

    /// <summary>The objects of an outcome with their reasons, as <c>index a (why), index b (why) and 3 more</c>.</summary>
    private static string? Text(ImmutableArray<EvaluatedObject> objects, Func<ObjectOutcome, string?> why)
    {
        var found = objects.Select(evaluated => (evaluated.Name, Why: why(evaluated.Outcome))).Where(pair => pair.Why is not null).ToArray();
        return found.Length == 0
            ? null
            : string.Join(", ", found.Take(NamedMax).Select(pair => $"{pair.Name} ({pair.Why})")) + (found.Length > NamedMax ? $" and {found.Length - NamedMax} more" : "");
    }
}
