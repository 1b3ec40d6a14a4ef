using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Operations;

/// <summary>Why work cannot be taken back as it was named.</summary>
/// <param name="Because">In words, a sentence without its end.</param>
/// <param name="Then">What to do, as sentences; null where the command says it all.</param>
/// <param name="Command">What to type next.</param>
internal sealed record CollectRefusal(string Because, string? Then, string Command)
{
    /// <summary>Steps that nobody wants either, and with which it can be; none where something is in the way that is wanted, or not of this session.</summary>
    public ImmutableArray<StepAddress> Together { get; init; } = [];

    /// <summary>What whoever asked is told.</summary>
    public Diagnostic Describe() => DiagnosticCatalog.CollectRefused.Error(null, $"{Because}. Nothing was asked for.{(Then is null ? "" : $" {Then}")}") with { Command = Command };
}
