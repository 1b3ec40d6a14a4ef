namespace Portage.Transforms;

/// <summary>A document cannot be transformed; it alone is rejected for it.</summary>
/// <param name="reason">A sentence for people.</param>
internal sealed class TransformFailure(string reason) : Exception(reason);
