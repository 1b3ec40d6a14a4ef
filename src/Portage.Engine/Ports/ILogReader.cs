namespace Portage.Engine.Ports;

/// <summary>Reads what controllers and workers wrote, and goes on from where it was. For one reader.</summary>
public interface ILogReader
{
    /// <summary>True when nothing was ever logged here.</summary>
    bool IsEmpty { get; }

    /// <summary>The newest lines that are wanted, oldest first; whatever was there is not read again.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="since">None that is older; null for no limit.</param>
    ValueTask<IReadOnlyList<LogLine>> ReadLastAsync(int count, DateTimeOffset? since, Func<LogLine, bool> isWanted, CancellationToken cancellationToken);

    /// <summary>The lines that came since the last look and are wanted, oldest first.</summary>
    /// <param name="since">None that is older; null for no limit.</param>
    IAsyncEnumerable<LogLine> ReadNewAsync(DateTimeOffset? since, Func<LogLine, bool> isWanted, CancellationToken cancellationToken);
}

/// <summary>One line that a controller or worker wrote.</summary>
/// <param name="At">When.</param>
/// <param name="Json">The line as it was written.</param>
public sealed record LogLine(DateTimeOffset At, string Json, string? Session, string? Step, string? Level, string? Service, string? Message, string? Exception);
