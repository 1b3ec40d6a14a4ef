using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Planning;
using Portage.Steps.Documents;

namespace Portage.Steps;

/// <summary>Collects the fields that a step reads.</summary>
internal static class StepFields
{
    // Every step to a target reads that target's record, and every step of a slice that slice's: records never change.
    // Mostly a record stands in one place and is called one thing.
    private static readonly ConditionalWeakTable<object, Parts> Known = [];

    // Thousands of slices have the same fields, and mostly the same values in them.
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    // Attributes take long to find, and every step asks.
    private static readonly ConcurrentDictionary<Type, string> AutoOf = [];

    // What a slice without a selection means; see SliceContents.
    private static readonly IndexSelectionConfig EveryIndex = new() { Exclude = [".*"] };

    /// <summary>The fields of a record that concern a result or a process, by key; none where there is no record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="key">What the step calls it, which a rename in the configuration does not change.</param>
    /// <param name="path">Where it stands in the configuration.</param>
    public static InputPart[] Of(object? record, string key, string path)
    {
        return record is null ? [] : Kept(record, key, path, static (record, key, path) => Parted(FieldWalker.Walk(record, ""), key, path));
    }

    private static InputPart[] Kept<T>(T record, string key, string path, Func<T, string, string, InputPart[]> collect)
        where T : class
    {
        var first = Known.GetValue(record, _ => new(key, path, collect(record, key, path), null));
        for (var known = first; known is not null; known = known.Next)
        {
            if (known.Key == key && known.Path == path)
            {
                return known.Fields;
            }
        }

        var other = new Parts(key, path, collect(record, key, path), first);
        Known.AddOrUpdate(record, other);
        return other.Fields;
    }

    private static InputPart[] Parted(IReadOnlyList<FieldValue> fields, string key, string path) =>
    [
        .. fields
            .Where(field => field.Affects != Affects.Nothing)
            .Select(field => new InputPart(Shared($"{key}.{field.Path}"), path, Shared(field.Path), field.IsDefault && field.Json is { } json ? Shared(json) : field.Json, field.Affects, field.Change) { IsDefault = field.IsDefault, InPlace = field.InPlace }),
    ];

    private static string Shared(string text) => Texts.GetOrAdd(text, text);

    /// <summary>What a step that writes to a target reads of it.</summary>
    public static InputPart[] OfTarget(MigrationConfig config, string name) => Of(config.Targets[name], "target", $"targets.{name}");

    /// <summary>What decides which documents go where under which name, and what is done to them.</summary>
    /// <param name="isOfDocuments">False where only what is done to mappings counts.</param>
    public static InputPart[] OfSelection(SliceOnTarget on, bool isOfDocuments) =>
    [
        .. Of(on.Slice.Indices ?? EveryIndex, "slice.indices", $"{on.SlicePath}.indices"),
        .. OfTransforms(on, isOfDocuments),

        // Not the whole slice, to leave nearly all of it out again.
        .. Kept(on.Slice, "slice", on.SlicePath, static (slice, key, path) => Parted(FieldWalker.WalkOne(slice, "types"), key, path)),
    ];

    /// <summary>The transforms that count, numbered among themselves: one that does not count comes and goes unnoticed. People are told where they stand.</summary>
    private static IEnumerable<InputPart> OfTransforms(SliceOnTarget on, bool isOfDocuments)
    {
        var (all, counted) = (on.Slice.Transforms, 0);
        for (var number = 0; number < all.Length; number++)
        {
            if (!(isOfDocuments ? SliceTransforms.IsOfDocuments(all[number]) : SliceTransforms.IsOfMappings(all[number])))
            {
                continue;
            }

            var prefix = string.Create(CultureInfo.InvariantCulture, $"transforms[{counted++}]");
            // What is not given of an operation says nothing, and of the ones that it is not there is much.
            foreach (var part in Parted(FieldWalker.WalkOne(on.Slice with { Transforms = [all[number]] }, "transforms"), "slice", on.SlicePath).Where(part => !part.IsDefault))
            {
                // The first of them is [0].
                var rest = part.Key["slice.transforms[0]".Length..];
                yield return part with { Key = $"slice.{prefix}{rest}", Path = string.Create(CultureInfo.InvariantCulture, $"{on.SlicePath}.transforms[{number}]{rest}"), InPlace = !isOfDocuments };
            }
        }
    }

    /// <summary>The gate of a record's <c>approve</c> field.</summary>
    public static GateRule Gate(object record, string approve)
    {
        var auto = AutoOf.GetOrAdd(record.GetType(), static type => type.GetProperty("Approve")!.GetCustomAttribute<GateAttribute>()!.Auto);
        return GateRule.Of(approve, auto);
    }

    /// <summary>All of them, by key.</summary>
    /// <param name="records">What each record brings; no two of them have keys that begin alike.</param>
    public static ImmutableArray<InputPart> All(params InputPart[][] records)
    {
        // Each is in order already, and there are thousands of steps: only whole records are put in order.
        Array.Sort(records, static (a, b) => string.CompareOrdinal(a.FirstOrDefault()?.Key, b.FirstOrDefault()?.Key));
        var all = ImmutableArray.CreateBuilder<InputPart>(records.Sum(record => record.Length));
        foreach (var record in records)
        {
            all.AddRange(record);
        }

        return all.DrainToImmutable();
    }

    /// <summary>The fields of a record under one name in one place, and those under other ones.</summary>
    private sealed record Parts(string Key, string Path, InputPart[] Fields, Parts? Next);
}
