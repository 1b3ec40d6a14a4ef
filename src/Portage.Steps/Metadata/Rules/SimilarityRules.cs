using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>The <c>classic</c> similarity is refused since 7.0, and <c>default</c> was its other name up to 5.</summary>
internal static class SimilarityRules
{
    private const string Group = "index.similarity.";
    private const string Now = "BM25";

    public static void Replace(Draft draft)
    {
        foreach (var (name, value) in draft.Settings.ToArray())
        {
            if (name.StartsWith(Group, StringComparison.Ordinal) && name.EndsWith(".type", StringComparison.Ordinal) && IsClassic(value))
            {
                var similarity = name[Group.Length..^".type".Length];
                draft.Change($"similarity {similarity}: {value} → {Now}; scores differ");

                // Its parameters were the classic one's.
                foreach (var parameter in draft.Settings.Keys.Where(key => key.StartsWith($"{Group}{similarity}.", StringComparison.Ordinal)).ToArray())
                {
                    draft.Settings.Remove(parameter);
                }

                draft.Settings[name] = JsonValue.Create(Now)!;
            }
        }

        foreach (var field in MappedField.AllOf(draft.Mapping))
        {
            if (IsClassic(field.Json["similarity"]) && !draft.Settings.ContainsKey($"{Group}{field.Json["similarity"]}.type"))
            {
                draft.Change($"{field.Label}: similarity {field.Json["similarity"]} → {Now}; scores differ");
                field.Json["similarity"] = Now;
            }
        }
    }

    private static bool IsClassic(JsonNode? value) => value?.ToString() is "classic" or "default";
}
