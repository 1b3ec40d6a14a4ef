using System.Net;
using System.Security.Authentication;

namespace Portage.Snapshots.Repositories.Remote;

/// <summary>What goes wrong on the way to a store, whosever it is.</summary>
internal static class RemoteFailures
{
    /// <summary>True for what the connection did, not the caller.</summary>
    public static bool IsOfTheWay(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>True for what may be otherwise in a moment.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented);

    /// <summary>A certificate that is refused now is refused in a minute.</summary>
    public static bool IsOfTrust(Exception failure) => failure is AuthenticationException || (failure.InnerException is { } inner && IsOfTrust(inner));

    /// <summary>Of what a maker's client says; what follows is often the whole answer, headers and all.</summary>
    public static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
