using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Transforms;
using ValueType = Portage.Transforms.ValueType;

namespace Portage.Steps.Documents;

/// <summary>What the transforms of a slice mean, made ready once.</summary>
public sealed class SliceTransforms
{
    // Every shard reader and every batch asks; records never change.
    private static readonly ConditionalWeakTable<SliceConfig, SliceTransforms> Known = [];

    // Where those that are done to documents stand among all.
    private readonly ImmutableArray<int> _numbers;
    private readonly Dictionary<int, MetadataScript> _scripts = [];

    /// <exception cref="ScriptUnusableException">One is a script that cannot be used.</exception>
    private SliceTransforms(SliceConfig slice)
    {
        Configured = slice.Transforms;
        _numbers = [.. Enumerable.Range(0, Configured.Length).Where(number => IsOfDocuments(Configured[number]))];
        try
        {
            Documents = new(_numbers.Select(number => Operation(Configured[number])));
        }
        catch (ScriptUnusableException unusable)
        {
            throw new ScriptUnusableException(_numbers[unusable.Operation], unusable.Message);
        }

        foreach (var number in Enumerable.Range(0, Configured.Length).Except(_numbers))
        {
            try
            {
                _scripts.Add(number, new((TransformOperation.Script)Operation(Configured[number])));
            }
            catch (ScriptUnusableException unusable)
            {
                throw new ScriptUnusableException(number, unusable.Message);
            }
        }

        Hash = Fingerprint.Of(string.Join('\n', FieldWalker.WalkOne(slice, "transforms").Select(field => $"{field.Path} {field.Json}"))).Hex;
    }

    /// <summary>Nothing is done.</summary>
    public static SliceTransforms None { get; } = new(new());

    /// <summary>As they are configured, in their order.</summary>
    internal ImmutableArray<TransformConfig> Configured { get; }

    /// <summary>What is done to each document.</summary>
    internal DocumentTransform Documents { get; }

    /// <summary>Tells what is done to documents from what was done before an edit.</summary>
    internal string Hash { get; }

    /// <summary>The transforms of a slice.</summary>
    /// <param name="path">Where the slice is configured.</param>
    /// <exception cref="StepException">One is a script that cannot be used.</exception>
    public static SliceTransforms Of(SliceConfig slice, string path)
    {
        try
        {
            return slice.Transforms.IsEmpty ? None : Known.GetValue(slice, static one => new(one));
        }
        catch (ScriptUnusableException unusable)
        {
            var script = $"{path}.transforms[{unusable.Operation}].javaScript.code";
            throw new StepException(DiagnosticCatalog.ScriptUnusable.Error(script, $"{unusable.Message}.") with { Command = $"workflow configure update {script} - < FILE" }, isTransient: false, unusable);
        }
    }

    /// <summary>True for a transform that does something to documents.</summary>
    internal static bool IsOfDocuments(TransformConfig one) => one.JavaScript is not { For: ScriptSubject.Metadata };

    /// <summary>True for a transform that does something to mappings.</summary>
    internal static bool IsOfMappings(TransformConfig one) => one.Set is null && one.JavaScript is not { For: ScriptSubject.Documents };

    /// <summary>The script for indices and templates at a place of the list; null where something else stands there.</summary>
    internal MetadataScript? ScriptAt(int number) => _scripts.GetValueOrDefault(number);

    /// <summary>As messages name one of those that are done to documents.</summary>
    /// <param name="operation">Counted among themselves.</param>
    internal string NameOfOperation(int operation) => NameOf(_numbers[operation]);

    /// <summary>As messages name one: <c>transforms[2] convert</c>.</summary>
    internal string NameOf(int number) => $"transforms[{number}] {Word(Configured[number])}";

    private static string Word(TransformConfig one) => one switch
    {
        { Rename: not null } => "rename",
        { Move: not null } => "move",
        { Remove: not null } => "remove",
        { Set: not null } => "set",
        { Convert: not null } => "convert",
        _ => "javaScript",
    };

    private static TransformOperation Operation(TransformConfig one) => one switch
    {
        { Rename: { } rename } => new TransformOperation.Rename(rename.Field!, rename.To!),
        { Move: { } move } => new TransformOperation.Move(move.Field!, move.To!),
        { Remove: { } remove } => new TransformOperation.Remove(remove.Field!),
        { Set: { Json: { } json } set } => new TransformOperation.Set(set.Field!, json),
        { Set: { } set } => new TransformOperation.Set(set.Field!, DocumentTransform.JsonOf(set.Value!)),
        { Convert: { } convert } => new TransformOperation.Convert(convert.Field!, TypeOf(convert.To!.Value)),
        { JavaScript: { } script } => new TransformOperation.Script(script.Code!)
        {
            Context = script.Context,
            KeepsNothing = script.KeepsNothing,
            Limits = new() { Time = TimeSpan.FromMilliseconds(script.MillisecondsMax), StatementCountMax = script.StatementsMax, BytesMax = script.MemoryBytesMax, DepthMax = script.DepthMax },
        },
        _ => throw new UnreachableException("A transform that is read has one operation."),
    };

    private static ValueType TypeOf(ConvertChoice choice) => choice switch
    {
        ConvertChoice.String => ValueType.String,
        ConvertChoice.Long => ValueType.Long,
        ConvertChoice.Double => ValueType.Double,
        ConvertChoice.Boolean => ValueType.Boolean,
        ConvertChoice.Date => ValueType.Date,
        ConvertChoice.DateOfSeconds => ValueType.DateOfSeconds,
        _ => throw new UnreachableException(),
    };
}
