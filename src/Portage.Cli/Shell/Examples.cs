using System.CommandLine;

namespace Portage.Cli.Shell;

/// <summary>How verbs are typed, for <c>--help</c> and the reference page. A test reads each line as the program would.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> All = new(StringComparer.Ordinal)
    {
        ["configure"] = ["configure", "configure --file shop.yaml --message 'two targets'", "configure --file - < shop.yaml"],
        ["configure add"] = ["configure add targets.green '{ endpoint: https://green.example:9200 }'", "configure add migrations.shop < shop.yaml"],
        ["configure update"] = ["configure update migrations.shop.slices.recent.backfill.workers 4"],
        ["configure remove"] = ["configure remove migrations.shop.slices.old"],
        ["configure show"] = ["configure show", "configure show targets.blue --json", "configure show --revision 3"],
        ["configure validate"] = ["configure validate --probe", "configure validate --file shop.yaml"],
        ["configure schema"] = ["configure schema > portage.schema.json"],
        ["configure sample"] = ["configure sample > shop.yaml"],
        ["configure commit"] = ["configure commit", "configure commit --start", "configure commit --start --plan 634ca8d5"],
        ["configure discard"] = ["configure discard"],
        ["configure history"] = ["configure history"],
        ["configure diff"] = ["configure diff", "configure diff 2 5"],
        ["configure revert"] = ["configure revert 2"],
        ["plan"] = ["plan", "plan --all", "plan --pending --json"],
        ["explain"] = ["explain shop/recent@blue:backfill", "explain shop/recent@blue:metadata --if migrations.shop.slices.recent.metadata.replicas=0"],
        ["start"] = ["start", "start --plan 634ca8d5 --attach"],
        ["pause"] = ["pause", "pause shop/recent", "pause '*:backfill'"],
        ["resume"] = ["resume", "resume shop/recent"],
        ["stop"] = ["stop"],
        ["collect"] = ["collect shop/old", "collect shop/old@blue:backfill", "collect shop/old --cancel"],
        ["redo"] = ["redo shop/recent@blue:backfill", "redo '*:validate'", "redo shop/recent@blue:backfill --cancel"],
        ["validate again"] = ["validate again", "validate again shop/recent"],
        ["approve"] = ["approve", "approve --list", "approve shop/recent@blue:metadata --comment 'mappings read'", "approve --all"],
        ["reject"] = ["reject shop/recent@blue:validate --comment '12 documents are missing'"],
        ["status"] = ["status", "status --watch", "status --yaml"],
        ["log"] = ["log --tail 20", "log shop/recent --since 15m", "log --follow --json"],
        ["runs"] = ["runs"],
        ["rejected"] = ["rejected", "rejected shop/recent --json"],
        ["rejected summary"] = ["rejected summary shop/recent", "rejected summary --index 'logs-*'"],
        ["rejected list"] = ["rejected list --reason mapper_parsing_exception --limit 20", "rejected list --json > rejected.ndjson"],
        ["rejected show"] = ["rejected show logs-2026/0/57", "rejected show logs-2026/0/57 --step shop/recent@blue:backfill --whole"],
        ["rejected resend"] = ["rejected resend shop/recent", "rejected resend shop/recent --cancel"],
        ["session create"] = ["session create prod", "session create trial --from prod"],
        ["session copy"] = ["session copy prod trial"],
        ["session rename"] = ["session rename trial prod"],
        ["session list"] = ["session list"],
        ["session show"] = ["session show", "session show prod"],
        ["session switch"] = ["session switch prod"],
        ["session delete"] = ["session delete trial"],
        ["context set"] = ["context set", "context set shop/recent@blue"],
        ["context show"] = ["context show"],
        ["context clear"] = ["context clear"],
        ["prompt"] = ["prompt"],
        ["cluster check-connection"] = ["cluster check-connection", "cluster check-connection blue"],
        ["cluster cat-indices"] = ["cluster cat-indices", "cluster cat-indices blue --json"],
        ["cluster curl"] = ["cluster curl blue /_cluster/health", "cluster curl blue POST /logs-*/_count -d '{\"query\":{\"match_all\":{}}}'", "cluster curl blue DELETE /scratch --yes"],
        ["snapshot list"] = ["snapshot list --repository /mnt/snapshots"],
        ["snapshot inspect"] = ["snapshot inspect nightly --repository /mnt/snapshots"],
        ["snapshot documents"] = ["snapshot documents nightly --repository /mnt/snapshots --index 'logs-*'"],
        ["credentials create"] = ["credentials create blue-admin", "credentials create blue-admin < password.txt"],
        ["credentials list"] = ["credentials list"],
        ["credentials delete"] = ["credentials delete blue-admin"],
        ["demo"] = ["demo"],
        ["sandbox start"] = ["sandbox start", "sandbox start --port 0"],
        ["help"] = ["help", "help configure add"],
        ["version"] = ["version"],
        ["completion"] = ["completion bash >> ~/.bashrc", "completion zsh > ~/.zfunc/_workflow", "completion fish > ~/.config/fish/completions/workflow.fish"],
    };

    /// <summary>The lines of a command, without the program's name; none where it has verbs of its own only.</summary>
    public static IReadOnlyList<string> Of(Command command) => All.GetValueOrDefault(PathOf(command)) ?? [];

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{PathOf(parent)} {command.Name}" : command.Name;
}
