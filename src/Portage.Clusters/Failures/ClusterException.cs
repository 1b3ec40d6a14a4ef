using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>A cluster did not do what it was asked. The message is for people and holds no secret; programs look at the type and its properties.</summary>
public abstract class ClusterException : Exception
{
    private protected ClusterException(string endpoint, string message, Exception? inner)
        : base(message, inner) => Endpoint = endpoint;

    /// <summary>The cluster concerned, as the user wrote it.</summary>
    public string Endpoint { get; }

    /// <summary>What the user should know.</summary>
    /// <param name="path">Where the cluster is configured, as <c>targets.blue.endpoint</c>; null when nowhere.</param>
    public abstract Diagnostic ToDiagnostic(string? path);
}
