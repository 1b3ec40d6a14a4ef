using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Backends.Embedded;
using Portage.Model.Addresses;

namespace Portage.Cli.Shell;

/// <summary>
/// What verbs act on when no address is typed: one pattern a session, kept in the home's <c>context.json</c>. A convenience of
/// this user, not of the run: the ledger does not know it.
/// </summary>
internal static class Contexts
{
    private static string FileOf(Home home) => Path.Combine(home.Path, "context.json");

    /// <summary>All contexts, as they are kept.</summary>
    public static string Text(Home home) => DurableFile.Read(FileOf(home)) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>The context of a session; null when none is set.</summary>
    public static string? Of(Home home, string session) => Read(home).GetValueOrDefault(session);

    /// <summary>Sets the context of a session; null clears it.</summary>
    public static void Set(Home home, string session, string? pattern)
    {
        var contexts = Read(home);
        if (pattern is null ? !contexts.Remove(session) : contexts.GetValueOrDefault(session) == pattern)
        {
            return;
        }

        if (pattern is not null)
        {
            contexts[session] = pattern;
        }

        home.Create();
        DurableFile.Publish(FileOf(home), JsonSerializer.SerializeToUtf8Bytes(contexts, ContextJson.Default.SortedDictionaryStringString));
    }

    /// <summary>The context of the verb's session, which is then said; null when none is set.</summary>
    public static async Task<string?> SayAsync(Verb verb, CancellationToken cancellationToken)
    {
        // Without the file there is no need to look which session is active.
        if (!File.Exists(FileOf(verb.Home)) || Of(verb.Home, verb.SessionName ?? (await verb.Access.ReadAsync(cancellationToken)).ActiveSession) is not { } pattern)
        {
            return null;
        }

        await verb.Terminal.Error.WriteLineAsync($"in context {pattern}");
        return pattern;
    }

    /// <summary>The patterns given, or else the context as the only one, which is then said; empty when neither is there.</summary>
    public static async Task<string[]> OrGivenAsync(Verb verb, string[]? given, CancellationToken cancellationToken) =>
        given is { Length: > 0 } ? given : await SayAsync(verb, cancellationToken) is { } pattern ? [pattern] : [];

    /// <summary>The pattern of a step's source, part and target, without its kind: the subtree that it belongs to.</summary>
    public static string ScopeOf(StepAddress step)
    {
        var text = step.ToString();
        return text[..text.LastIndexOf(':')];
    }

    /// <summary>The parts of a pattern, as the prompt shows them; null for what it leaves open.</summary>
    public static (string? Target, string? Source, string? Slice) PartsOf(string pattern)
    {
        var scope = pattern.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? pattern[..colon] : pattern;
        var at = scope.IndexOfAny(['@', '>']);
        var target = at < 0 ? null : Named(scope[(at + 1)..]);
        scope = at < 0 ? scope : scope[..at];
        var slash = scope.IndexOf('/', StringComparison.Ordinal);
        return (target, Named(slash < 0 ? scope : scope[..slash]), slash < 0 ? null : Named(scope[(slash + 1)..]));
    }

    private static string? Named(string text) => text is "" or "*" ? null : text;

    private static SortedDictionary<string, string> Read(Home home)
    {
        try
        {
            return DurableFile.Read(FileOf(home)) is { Length: > 0 } text && JsonSerializer.Deserialize(text, ContextJson.Default.SortedDictionaryStringString) is { } read
                ? new(read, StringComparer.Ordinal)
                : new(StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            // Edited by hand, or cut off with the power: no context is better than no verb.
            return new(StringComparer.Ordinal);
        }
    }
}

[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class ContextJson : JsonSerializerContext;
