using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Rules;

/// <summary>What only some products say in an index template.</summary>
internal static class TemplateRules
{
    public static void DropOptions(Draft draft, JsonObject template)
    {
        if (!draft.Target.Can.HasAllowAutoCreate && template.Remove("allow_auto_create", out var allowed))
        {
            draft.Drop($"allow_auto_create = {allowed?.ToJsonString()} (the target decides by action.auto_create_index)");
        }

        if (!draft.Target.Can.HasDataStreamOptions && template["data_stream"] is JsonObject stream)
        {
            foreach (var option in (string[])["hidden", "allow_custom_routing"])
            {
                if (stream.Remove(option, out var value) && value?.ToString() == "true")
                {
                    draft.Drop($"data_stream.{option} = true (the target has no such data streams)");
                }
            }
        }
    }
}
