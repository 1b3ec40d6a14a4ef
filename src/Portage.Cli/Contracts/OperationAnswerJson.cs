using System.Text.Json;
using Portage.Engine.Operations;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Operation"/>.</summary>
internal static class OperationAnswerJson
{
    /// <param name="plan">What the next start would do, where the operation is about that.</param>
    public static void Write(Utf8JsonWriter json, OperationResult result, PlanReport? plan)
    {
        json.WriteNumber("position", result.Position);
        json.WriteBoolean("nothingToDo", result.NothingToDo);
        json.WriteNumberOrNull("run", result.Run);
        json.WriteTexts("messages", result.Messages);
        if (plan is not null)
        {
            json.WriteStartObject("plan");
            PlanJson.Write(json, plan);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("plan");
        }
    }
}
