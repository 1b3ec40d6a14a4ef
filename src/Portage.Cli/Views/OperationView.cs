using Portage.Cli.Shell;
using Portage.Engine.Operations;

namespace Portage.Cli.Views;

/// <summary>What came of an operation, for programs.</summary>
internal static class OperationView
{
    /// <param name="plan">What the next start would do, where the operation is about that.</param>
    public static void Write(Terminal terminal, OutputFormat format, OperationResult result, PlanReport? plan = null) => Structured.Write(terminal, format, json =>
    {
        json.WriteBoolean("nothingToDo", result.NothingToDo);
        if (result.Run is { } run)
        {
            json.WriteNumber("run", run);
        }

        json.WriteStartArray("messages");
        foreach (var message in result.Messages)
        {
            json.WriteStringValue(message);
        }

        json.WriteEndArray();
        if (plan is not null)
        {
            json.WriteStartObject("plan");
            PlanJson.Write(json, plan);
            json.WriteEndObject();
        }
    });
}
