using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Operations;

namespace Portage.Cli.Views;

/// <summary>What came of an operation, for programs; people are told while it is performed.</summary>
internal static class OperationView
{
    /// <param name="plan">What the next start would do, where the operation is about that.</param>
    public static void Write(Terminal terminal, OutputFormat format, OperationResult result, PlanReport? plan = null) =>
        Structured.Write(terminal, format, Shape.Operation, json => OperationAnswerJson.Write(json, result, plan));
}
