using System.Collections.Immutable;

namespace Portage.Cli.Shell;

/// <summary>What a command of the older console, or of its workflow program, is called here.</summary>
/// <param name="Old">The words after the program's name.</param>
/// <param name="New">The command line that does it here, or begins to; null where nothing does yet.</param>
/// <param name="Note">What is different, or what comes instead; null where nothing needs to be said.</param>
internal sealed record Successor(string Old, string? New, string? Note);

/// <summary>Answers those who type what they know from the console of opensearch-migrations (<c>console …</c> and its <c>workflow …</c>).</summary>
internal static class OlderConsole
{
    /// <summary>The hidden word under which the script <c>console</c> asks. It is no verb of the tree, which would take the old options for its own.</summary>
    public const string Word = "console";

    private const string NoTraffic = "capture and replay of live traffic are not built yet";
    private const string Declared = "it is a step of the migration: declare it, and start";

    /// <summary>Longer ones before those that they begin with.</summary>
    public static ImmutableArray<Successor> All { get; } =
    [
        new("clusters connection-check", "workflow cluster check-connection", null),
        new("clusters cat-indices", "workflow cluster cat-indices", null),
        new("clusters curl", "workflow cluster curl", "the cluster by its name in the configuration, then the path"),
        new("clusters clear-indices", null, "Portage deletes nothing that it did not write; one index at a time: workflow cluster curl TARGET DELETE /INDEX"),
        new("clusters generate-data", "workflow demo", "with a sample of its own"),
        new("clusters run-test-benchmarks", "workflow demo", "with a sample of its own"),
        new("clusters", "workflow cluster", null),
        new("snapshot create", "workflow configure commit --start", $"{Declared} (migrations.NAME.snapshots.NAME.take)"),
        new("snapshot status", "workflow status", null),
        new("snapshot delete", "workflow collect ADDRESS", "one that Portage took and no configuration wants any more; another one, on the cluster: workflow cluster curl SOURCE DELETE /_snapshot/REPOSITORY/SNAPSHOT"),
        new("snapshot unregister-repo", null, "workflow cluster curl SOURCE DELETE /_snapshot/REPOSITORY"),
        new("metadata evaluate", "workflow approve --list", "every metadata step is evaluated first; with metadata: { approve: manual } it waits there"),
        new("metadata migrate", "workflow configure commit --start", Declared),
        new("backfill describe", "workflow explain ADDRESS", null),
        new("backfill start", "workflow start", Declared),
        new("backfill pause", "workflow pause '*:backfill'", null),
        new("backfill stop", "workflow pause '*:backfill'", "it keeps its position, and workflow resume goes on; workflow stop ends the whole run"),
        new("backfill scale", "workflow configure update migrations.NAME.slices.NAME.backfill.workers N", "then workflow configure commit --start: running work takes it over"),
        new("backfill status", "workflow status", null),
        new("failed-document-stream", "workflow rejected", "by reason; workflow rejected list --json is the stream, a line a document; workflow rejected resend has them sent again"),
        new("replay", null, NoTraffic),
        new("metrics", "workflow status --watch", "progress, rate and time left; metrics for other tools are not built yet"),
        new("kafka", null, NoTraffic),
        new("tuples", null, NoTraffic),
        new("submit", "workflow configure commit --start", "a submit here is a commit and a start; both show the plan"),
        new("resubmit", "workflow start", "what is done with the same inputs is kept"),
        new("configure view", "workflow configure show", null),
        new("configure edit", "workflow configure", "in $EDITOR, or with --file"),
        new("configure clear", "workflow session create NAME", "a new session begins empty; the old one keeps what it recorded"),
        new("configure credentials", "workflow credentials", null),
        new("approve step", "workflow approve", null),
        new("approve change", "workflow plan --pending", "a change is seen in the plan, and approved by starting that plan"),
        new("approve retry", "workflow start", "what failed is tried again"),
        new("show", "workflow explain ADDRESS", "and workflow log ADDRESS"),
        new("output", "workflow explain ADDRESS", "and workflow log ADDRESS"),
        new("manage", "workflow status --watch", "a terminal interface is not built yet; approve with workflow approve"),
        new("reset", "workflow collect ADDRESS", "what is no longer in the configuration, which workflow plan tells, is taken back by the next start; what is wanted is done anew by workflow redo"),
        new("util completions", "workflow completion bash", "also zsh and fish"),
        new("scale", "workflow configure update migrations.NAME.slices.NAME.backfill.workers N", "then workflow configure commit --start"),
        new("rollback", "workflow configure revert", "goes back to an old configuration; workflow collect takes back the work that it does not want"),
        new("revert", "workflow configure revert", "takes back an edit; workflow collect takes back work that no configuration wants"),
        new("sample", "workflow configure sample", "trying a step on a few documents is not built yet"),
        new("history", "workflow configure history", "of edits; workflow runs of runs; workflow explain ADDRESS of a step"),
        new("serve", "workflow status --watch", "a web interface is not built yet"),
        new("doctor", "workflow configure validate --probe", null),
    ];

    /// <summary>The entry that the words begin with; null when they are none of the older ones.</summary>
    public static Successor? Find(IEnumerable<string> words)
    {
        var line = string.Join(' ', words.Where(word => !word.StartsWith('-'))) + ' ';
        return All.FirstOrDefault(entry => line.StartsWith($"{entry.Old} ", StringComparison.Ordinal));
    }

    /// <summary>One sentence that tells what comes instead.</summary>
    public static string Text(Successor entry) => (entry.New, entry.Note) switch
    {
        ({ } command, null) => $"Here it is: {command}",
        ({ } command, { } note) => $"Here it is: {command} ({note})",
        (null, var note) => $"There is nothing that does it yet: {note}.",
    };

    /// <summary>Answers <c>console WORDS…</c>, typed where Portage is at home.</summary>
    /// <returns>The exit code: nothing was done.</returns>
    public static int Say(Terminal terminal, string[] words)
    {
        terminal.Error.WriteLine("The console is another program, of opensearch-migrations; this shell is Portage's, where everything is a verb of workflow.");
        terminal.Error.WriteLine(Find(words) is { } entry ? $"console {entry.Old}: {Text(entry)}" : "All verbs: workflow --help. What the old commands are called: docs/guide/coming-from-opensearch-migrations.md");
        return ExitCode.BadInput;
    }
}
