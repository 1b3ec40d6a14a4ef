using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>Refuses what the blocks of an index, or a fault, do not let through.</summary>
internal sealed class IndexBlocks(SandboxFaults faults)
{
    private const string ReadOnly = "FORBIDDEN/5/index read-only (api)";
    private const string FloodStage = "TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block";

    /// <exception cref="ApiException">Documents cannot be written.</exception>
    public void CheckWrite(SandboxIndex index) => Refuse(
        index,
        index.Settings.Flag("index.blocks.write") ? (403, "FORBIDDEN/8/index write (api)") : MetadataBlock(index));

    /// <exception cref="ApiException">Documents cannot be read.</exception>
    public static void CheckRead(SandboxIndex index) => Refuse(index, index.Settings.Flag("index.blocks.read") ? (403, "FORBIDDEN/7/index read (api)") : null);

    /// <exception cref="ApiException">Mapping, settings or aliases cannot be changed.</exception>
    public void CheckMetadata(SandboxIndex index) => Refuse(
        index,
        index.Settings.Flag("index.blocks.metadata") ? (403, "FORBIDDEN/9/index metadata (api)") : MetadataBlock(index));

    /// <exception cref="ApiException">The index cannot be deleted.</exception>
    public void CheckDelete(SandboxIndex index)
    {
        // A full disk is helped by deleting.
        if (MetadataBlock(index) is { Status: not 429 } block)
        {
            Refuse(index, block);
        }
    }

    private (int Status, string Text)? MetadataBlock(SandboxIndex index) =>
        index.Settings.Flag("index.blocks.read_only") || faults.WriteBlock == SandboxWriteBlock.ReadOnly ? (403, ReadOnly)
        : index.Settings.Flag("index.blocks.read_only_allow_delete") || faults.WriteBlock == SandboxWriteBlock.FloodStage ? (429, FloodStage)
        : null;

    private static void Refuse(SandboxIndex index, (int Status, string Text)? block)
    {
        if (block is { } given)
        {
            throw new ApiException(given.Status, "cluster_block_exception", $"index [{index.Name}] blocked by: [{given.Text}];");
        }
    }
}
