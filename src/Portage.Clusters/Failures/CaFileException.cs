using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>The CA file of a connection is missing, unreadable or holds no certificate.</summary>
public sealed class CaFileException : ClusterException
{
    internal CaFileException(string endpoint, string file, string why, Exception? inner = null)
        : base(endpoint, $"The CA file '{file}' for {endpoint} cannot be used: {why}", inner) => File = file;

    /// <summary>The file's path as configured.</summary>
    public string File { get; }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => DiagnosticCatalog.CaFileUnusable.Error(path, Message);
}
