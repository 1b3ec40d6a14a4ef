using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>What a step found or did, for people and for gates.</summary>
public sealed record StepReport
{
    private readonly Lazy<ImmutableSortedDictionary<string, long>> _numbers;

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

    /// <summary>Equal digests mean that a person who saw the one saw the other.</summary>
    [JsonIgnore]
    public Fingerprint Digest => Fingerprint.Of(string.Join('\n', Numbers.OrderBy(number => number.Key, StringComparer.Ordinal).Select(number => $"{number.Key}={number.Value}").Concat(Lines)));

    /// <summary>True when they say the same; for that, numbers that were not read yet are read.</summary>
    public bool Equals(StepReport? other) =>
        ReferenceEquals(this, other) || (other is not null && Lines.SequenceEqual(other.Lines) && Numbers.SequenceEqual(other.Numbers));

    /// <inheritdoc/>
    public override int GetHashCode() => Lines.Aggregate(Lines.Length, HashCode.Combine);

    /// <param name="text">The whole event, of which the numbers are taken apart only when somebody asks for them.</param>
    internal static StepReport Read(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var (numbers, lines) = (default(byte[]), ImmutableArray<string>.Empty);
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "numbers": numbers = JsonParts.Later(ref json, JsonTokenType.StartObject, text); break;
                case "lines": lines = JsonParts.List(ref json, JsonParts.Text); break;
                default: json.Skip(); break;
            }
        }

        return new(() => JsonParts.ReadKept(numbers, ReadNumbers), lines);
    }

    private static ImmutableSortedDictionary<string, long> ReadNumbers(ref Utf8JsonReader json)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, long>();
        while (JsonParts.NextField(ref json, out var name))
        {
            numbers[name] = json.GetInt64();
        }

        return numbers.ToImmutable();
    }
}
