using System.Diagnostics.CodeAnalysis;
using Portage.Model.Steps;

namespace Portage.Model.Addresses;

/// <summary>Names one step for as long as anyone wants it, across runs and configuration edits.</summary>
/// <remarks>
/// Two configurations that yield the same address mean the same work; whether that work is still good is decided by
/// its fingerprint. The text form is <c>source[/part][@target]:kind</c>, where the part is a snapshot's or a slice's
/// name, as in <c>securitylogs/main:snapshot</c> and <c>securitylogs/posts@blue:backfill</c>. It is what users see
/// and type, what the ledger stores and what logs carry. Earlier builds wrote <c>&gt;</c> for <c>@</c>: that is read, never written.
/// </remarks>
public sealed record StepAddress
{
    /// <summary>Stands before the target: no shell gives it a meaning, and no name can hold it.</summary>
    internal const char Sign = '@';

    /// <summary>What stood before the target in earlier builds: in ledgers and logs of theirs, and in what users type from memory.</summary>
    internal const char OldSign = '>';

    private const int NameLengthMax = 63;

    private readonly string _text;

    // An address is looked up many times for each time it is made.
    private readonly int _hash;

    /// <summary>An address of its parts; names must have passed <see cref="IsName"/>.</summary>
    /// <exception cref="ArgumentException">A part is not a name.</exception>
    public StepAddress(string source, string? part, string? target, StepKind kind)
    {
        if (!IsName(source) || (part is not null && !IsName(part)) || (target is not null && !IsName(target)))
        {
            throw new ArgumentException($"Not an address: '{source}', '{part}', '{target}'.");
        }

        (Source, Part, Target, Kind) = (source, part, target, kind);
        _text = $"{source}{(part is null ? "" : "/" + part)}{(target is null ? "" : Sign + target)}:{kind.Word()}";
        _hash = string.GetHashCode(_text, StringComparison.Ordinal);
    }

    /// <summary>The name under <c>migrations</c>.</summary>
    public string Source { get; }

    /// <summary>The name of the snapshot or slice; null for a step of the whole source.</summary>
    public string? Part { get; }

    /// <summary>The name under <c>targets</c>; null for a step that concerns no target.</summary>
    public string? Target { get; }

    /// <summary>What the step does.</summary>
    public StepKind Kind { get; }

    /// <summary>True when <paramref name="name"/> can be part of an address: 1 to 63 of <c>A-Z a-z 0-9 . _ -</c>, beginning with a letter or digit.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > NameLengthMax || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the text form, or that of earlier builds; false when it is neither.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out StepAddress? address)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !StepKinds.TryParse(text[(colon + 1)..], out var kind))
        {
            return false;
        }

        var (source, target) = Cut(text[..colon], [Sign, OldSign]);
        (source, var part) = Cut(source, ['/']);
        if (!IsName(source) || (part is not null && !IsName(part)) || (target is not null && !IsName(target)))
        {
            return false;
        }

        address = new(source, part, target, kind);
        return true;
    }

    /// <summary>Reads the text form, or that of earlier builds.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static StepAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"Not a step address: '{text}'.");

    /// <inheritdoc/>
    public bool Equals(StepAddress? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _text == other._text);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The text form.</summary>
    public override string ToString() => _text;

    private static (string Before, string? After) Cut(string text, ReadOnlySpan<char> at) =>
        text.AsSpan().IndexOfAny(at) is var place and >= 0 ? (text[..place], text[(place + 1)..]) : (text, null);
}
