using System.Collections.Immutable;
using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>Items that a step takes over from another one of its kind, which did them.</summary>
/// <param name="From">Who did them.</param>
/// <param name="Identity">Of that one's work, by which its notes are found.</param>
/// <param name="Items">Which.</param>
public sealed record TakenWork(StepAddress From, Fingerprint Identity, ImmutableArray<string> Items)
{
    /// <summary>True when they say the same.</summary>
    public bool Equals(TakenWork? other) => other is not null && From == other.From && Identity == other.Identity && Items.SequenceEqual(other.Items, StringComparer.Ordinal);

    internal static TakenWork Read(ref Utf8JsonReader json)
    {
        var (from, identity, items) = (default(StepAddress), default(Fingerprint?), default(ImmutableArray<string>?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "from": from = JsonParts.Address(ref json); break;
                case "identity": identity = JsonParts.Digest(ref json); break;
                case "items": items = JsonParts.List(ref json, JsonParts.Text); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(from), JsonParts.Needed(identity), JsonParts.Needed(items));
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(From, Identity, Items.Length);
}
