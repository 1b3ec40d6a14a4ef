using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>A cluster's answer was complete, but breaks the protocol, so that nothing in it can be relied on.</summary>
public sealed class ClusterProtocolException : ClusterException
{
    internal ClusterProtocolException(string endpoint, string request, string found)
        : base(endpoint, $"{endpoint} answered '{request}' with {found}.", null)
    {
    }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => DiagnosticCatalog.UnexpectedAnswer.Error(path, Message);
}
