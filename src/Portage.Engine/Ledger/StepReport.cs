using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>What a step found or did, for people and for gates.</summary>
public sealed record StepReport
{
    private readonly Lazy<ImmutableSortedDictionary<string, long>> _numbers;
    private KnownDigest? _digest;

    /// <summary>A report whose numbers are at hand.</summary>
    [JsonConstructor]
    public StepReport(ImmutableSortedDictionary<string, long> numbers, ImmutableArray<string> lines) =>
        (_numbers, Lines) = (new(numbers), lines);

    /// <summary>A report whose numbers are read when somebody asks for them, which only an open gate does.</summary>
    public StepReport(Func<ImmutableSortedDictionary<string, long>> readNumbers, ImmutableArray<string> lines) =>
        (_numbers, Lines) = (new(readNumbers), lines);

    /// <summary>What predicates are asked over.</summary>
    public ImmutableSortedDictionary<string, long> Numbers
    {
        get => _numbers.Value;
        init => _numbers = new(value);
    }

    /// <summary>One thing a line, most important first.</summary>
    public ImmutableArray<string> Lines { get; init; }

    /// <summary>What would be deleted, emptied or overwritten, with what is there now; empty where nothing is.</summary>
    [JsonIgnore]
    public ImmutableArray<Destruction> Destroys { get; init; } = [];

    /// <summary>As it is written: left out where there is nothing.</summary>
    [JsonPropertyName("destroys")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<Destruction>? DestroysIfAny
    {
        get => Destroys.IsEmpty ? null : Destroys;
        init => Destroys = value ?? [];
    }

    /// <summary>Equal digests mean that a person who saw the one saw the other; how many documents there are changes while somebody reads, and counts for nothing.</summary>
    [JsonIgnore]
    public Fingerprint Digest
    {
        get
        {
            // Asked for at each look at a step; a copy with other fields has another one.
            if (_digest is not { } known || known.Numbers != _numbers || known.Lines != Lines || known.Destroys != Destroys)
            {
                _digest = known = new(_numbers, Lines, Destroys, DigestOf());
            }

            return known.Digest;
        }
    }

    /// <summary>True when they say the same; for that, numbers that were not read yet are read.</summary>
    public bool Equals(StepReport? other) =>
        ReferenceEquals(this, other) || (other is not null && Lines.SequenceEqual(other.Lines) && Numbers.SequenceEqual(other.Numbers) && Destroys.SequenceEqual(other.Destroys));

    /// <inheritdoc/>
    public override int GetHashCode() => Lines.Aggregate(Lines.Length, HashCode.Combine);

    /// <param name="text">The whole event, of which the numbers are taken apart only when somebody asks for them.</param>
    internal static StepReport Read(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var (numbers, lines, destroys) = (default(byte[]), ImmutableArray<string>.Empty, ImmutableArray<Destruction>.Empty);
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "numbers": numbers = JsonParts.Later(ref json, JsonTokenType.StartObject, text); break;
                case "lines": lines = JsonParts.List(ref json, JsonParts.Text); break;
                case "destroys": destroys = JsonParts.List(ref json, DestructionReader.Read); break;
                default: json.Skip(); break;
            }
        }

        return new(() => JsonParts.ReadKept(numbers, ReadNumbers), lines) { Destroys = destroys };
    }

    private Fingerprint DigestOf() => Fingerprint.Of(string.Join('\n', Numbers
        .OrderBy(number => number.Key, StringComparer.Ordinal)
        .Select(number => $"{number.Key}={number.Value}")
        .Concat(Lines)
        .Concat(Destroys.Select(destroys => $"destroys {destroys.Key}").Order(StringComparer.Ordinal))));

    private static ImmutableSortedDictionary<string, long> ReadNumbers(ref Utf8JsonReader json)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, long>();
        while (JsonParts.NextField(ref json, out var name))
        {
            numbers[name] = json.GetInt64();
        }

        return numbers.ToImmutable();
    }

    /// <summary>A digest, and what it is of.</summary>
    private sealed record KnownDigest(Lazy<ImmutableSortedDictionary<string, long>> Numbers, ImmutableArray<string> Lines, ImmutableArray<Destruction> Destroys, Fingerprint Digest);
}
