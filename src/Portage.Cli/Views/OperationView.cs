using Portage.Cli.Shell;
using Portage.Engine.Operations;

namespace Portage.Cli.Views;

/// <summary>What came of an operation, for programs.</summary>
internal static class OperationView
{
    public static void Write(Terminal terminal, OutputFormat format, OperationResult result) => Structured.Write(terminal, format, json =>
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
    });
}
