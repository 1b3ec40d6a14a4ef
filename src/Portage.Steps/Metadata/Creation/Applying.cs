using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>
/// What a run began to do, in <c>applying.json</c>, written before the first of it: a run that goes on after a kill finds some of it done, and
/// still reports, and compares with what was approved, all of it. What it removes is kept here as it was.
/// </summary>
/// <param name="Key">What was approved, or what the run works with where nothing was to be approved.</param>
internal sealed record Applying(string Key, ImmutableArray<AppliedObject> Objects)
{
    private const string FileName = "applying.json";

    public static async Task<Applying?> ReadAsync(IStepFiles files, CancellationToken cancellationToken) =>
        await files.ReadAsync(FileName, cancellationToken) is { } text ? JsonSerializer.Deserialize(text, ApplyingJson.Default.Applying) : null;

    public static Applying Of(string key, IEnumerable<EvaluatedObject> objects) => new(
        key,
        [
            .. from evaluated in objects
               where evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update or ObjectOutcome.Remove
               select new AppliedObject(evaluated.Name.Kind, evaluated.Name.Name, evaluated.Name.Index, (evaluated.Outcome as ObjectOutcome.Update)?.Differences, evaluated.Notes)
               {
                   Lost = evaluated.Lost.IsEmpty ? null : evaluated.Lost,
                   Was = evaluated.Outcome is ObjectOutcome.Remove ? CanonicalText.Of(evaluated.Object.Definition) : null,
               },
        ]);

    public ValueTask WriteAsync(IStepFiles files) => files.WriteAsync(FileName, JsonSerializer.SerializeToUtf8Bytes(this, ApplyingJson.Default.Applying), CancellationToken.None);

    public static ValueTask DeleteAsync(IStepFiles files) => files.DeleteAsync(FileName, CancellationToken.None);

    /// <summary>The objects as they were before any of it was done.</summary>
    public ImmutableArray<EvaluatedObject> AsBegun(ImmutableArray<EvaluatedObject> objects)
    {
        var begun = Objects.ToDictionary(applied => applied.ObjectName);
        var found = objects.Select(evaluated => evaluated.Name).ToHashSet();
        EvaluatedObject[] all =
        [
            .. from evaluated in objects
               select begun.TryGetValue(evaluated.Name, out var applied) && applied.Was is null && evaluated is { Replaces: false, IsOurs: true, Outcome: ObjectOutcome.Keep or ObjectOutcome.Update or ObjectOutcome.Create }
                   ? evaluated with { Outcome = applied.Differences is { } differences ? new ObjectOutcome.Update(differences) : new ObjectOutcome.Create(), Notes = applied.Notes, Lost = applied.Lost ?? [] }
                   : evaluated,
            .. from applied in Objects
               where !found.Contains(applied.ObjectName)
               let was = applied.Was
               where was is not null
               select new EvaluatedObject(new(applied.ObjectName, TargetState.Parse(was), []), new ObjectOutcome.Remove()) { IsOurs = true },
        ];
        var unwanted = all.ToLookup(evaluated => evaluated.Outcome is ObjectOutcome.Remove or ObjectOutcome.Stay);
        return [.. unwanted[false], .. UnwantedObjects.InOrder(unwanted[true])];
    }
}

/// <summary>One object that a run began to create, to change or to remove.</summary>
/// <param name="Differences">What is changed; null where it is created.</param>
/// <param name="Notes">What a person should know besides.</param>
internal sealed record AppliedObject(ObjectKind Kind, string Name, string? Index, ImmutableArray<string>? Differences, ImmutableArray<string> Notes)
{
    /// <summary>JSON of what is removed, as the target had it; null where nothing is.</summary>
    public string? Was { get; init; }

    /// <summary>What documents lose in it; null where nothing is lost.</summary>
    public ImmutableArray<string>? Lost { get; init; }

    /// <summary>Its whole name.</summary>
    [JsonIgnore]
    public ObjectName ObjectName => new(Kind, Name, Index);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Applying))]
internal sealed partial class ApplyingJson : JsonSerializerContext;
