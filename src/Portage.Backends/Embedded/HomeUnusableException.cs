using Portage.Model.Diagnostics;

namespace Portage.Backends.Embedded;

/// <summary>The home's folder cannot be used as it must be: it belongs to somebody else, or its file system takes no writes.</summary>
/// <param name="because">What to tell the user.</param>
public sealed class HomeUnusableException(Diagnostic because) : Exception(because.Detail)
{
    /// <summary>What to tell the user.</summary>
    public Diagnostic Because { get; } = because;
}
