using Portage.Engine.Ports;
using Portage.Model.Addresses;

namespace Portage.Engine.Questions;

/// <summary>Which lines of the log does somebody want?</summary>
/// <param name="session">Only of this session; null for all.</param>
/// <param name="pattern">Only of these steps; null for all, and what concerns no step.</param>
public sealed class LogQuestion(string? session, string? pattern)
{
    private readonly AddressPattern? _steps = pattern is null ? null : new(pattern);

    /// <summary>True for a line that is wanted.</summary>
    public bool Wants(LogLine line) =>
        (session is null || line.Session == session)
        && (_steps is null || (line.Step is { } step && StepAddress.TryParse(step, out var address) && _steps.Matches(address)));
}
