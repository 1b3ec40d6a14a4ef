using System.Security.Cryptography;
using System.Text;
using Portage.Backends.Embedded;
using Portage.Snapshots.Repositories;

namespace Portage.Cli.Shell;

/// <summary>
/// The answer of a verb that only reads, kept in the home as it was written, and given again while all that it follows from is the same:
/// the ledger, the build, the words of the command, the controller, the context, and how wide and colorful the terminal is. See ADR 15.
/// </summary>
/// <remarks>A file that is not whole, cannot be read or is of anything else is no answer, and one that cannot be written is not missed.</remarks>
internal static class KeptAnswer
{
    private const int DigestLength = 64;

    /// <summary>What a verb answered.</summary>
    /// <param name="MayBeKept">
    /// True only where it follows from nothing else than the home and files of repositories: neither where it tells the time or what somebody is at, nor
    /// where anything else outside the home was looked at.
    /// </param>
    internal sealed record Answer(int ExitCode, bool MayBeKept);

    /// <summary>Gives the kept answer, or makes one.</summary>
    /// <param name="make">Writes the answer.</param>
    /// <returns>The exit code; only success is kept.</returns>
    public static async Task<int> TellAsync(Verb verb, string name, Func<Terminal, Task<Answer>> make)
    {
        verb.Home.CheckReadable();
        var path = Path.Combine(verb.Home.Answers, name);
        var digest = DigestOf(verb);
        if (digest is not null && Find(path, digest) is { } kept)
        {
            verb.Terminal.Out.Write(kept);
            return ExitCode.Done;
        }

        NoCollecting.BeginFor(verb.Home.Ledger);
        var looks = FolderLooks.Begin();
        var (output, error) = (new StringWriter(), new StringWriter());
        try
        {
            var made = await make(verb.Terminal.Into(output, error));
            if (made is { MayBeKept: true, ExitCode: ExitCode.Done } && digest is not null && error.GetStringBuilder().Length == 0 && DigestOf(verb) == digest)
            {
                Keep(path, digest, Rest(looks.All, output.ToString()));
            }

            return made.ExitCode;
        }
        finally
        {
            verb.Terminal.Out.Write(output.ToString());
            verb.Terminal.Error.Write(error.ToString());
        }
    }

    /// <summary>Over everything that an answer follows from; null where there is no ledger.</summary>
    private static string? DigestOf(Verb verb) => verb.Access.Mark() is not { } mark ? null : Hash(string.Join('\n', (string[])
    [
        mark,
        Build(),
        verb.Home.Path,
        string.Join('\0', verb.Parsed.Tokens.Select(token => token.Value)),
        $"{verb.Terminal.OutputIsTerminal} {verb.Terminal.Width} {verb.Terminal.HasColor}",
        $"{verb.Access.FindController()}",
        Contexts.Text(verb.Home),
    ]));

    /// <summary>What tells this build from another one, also where only one of its files was made anew. None of them is loaded for that.</summary>
    private static string Build() => string.Join(' ', new DirectoryInfo(AppContext.BaseDirectory).EnumerateFiles("*ortage*").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));

    private static string? Find(string path, string digest)
    {
        try
        {
            // The digest of what it follows from, that of the rest, the files of repositories that it follows from, the text.
            var text = DurableFile.Read(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
            var start = 2 * (DigestLength + 1);
            return text.Length >= start && text.StartsWith(digest, StringComparison.Ordinal) && text.AsSpan(DigestLength + 1, DigestLength).SequenceEqual(Hash(text[start..])) ? TextOf(text.AsSpan(start)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Rest(IEnumerable<KeyValuePair<string, string>> looks, string text) =>
        string.Concat([.. looks.Select(look => $"{look.Value} {Convert.ToHexString(Encoding.UTF8.GetBytes(look.Key))}\n"), "\n", text]);

    /// <summary>The text, while every file is as it was; null otherwise.</summary>
    private static string? TextOf(ReadOnlySpan<char> rest)
    {
        while (rest.IndexOf('\n') is > 0 and var end)
        {
            var line = rest[..end];
            var space = line.IndexOf(' ');
            if (space < 0 || !line[..space].SequenceEqual(FolderLooks.StampOf(Encoding.UTF8.GetString(Convert.FromHexString(line[(space + 1)..])))))
            {
                return null;
            }

            rest = rest[(end + 1)..];
        }

        return rest.IsEmpty ? null : rest[1..].ToString();
    }

    private static void Keep(string path, string digest, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Publish(path, Encoding.UTF8.GetBytes($"{digest}\n{Hash(text)}\n{text}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that is read-only, a full disk, or another verb that keeps its answer at this moment.
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
