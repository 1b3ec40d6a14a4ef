using System.Text;
using Portage.Transforms.Fields;
using Portage.Transforms.Json;
using Portage.Transforms.Scripts;

namespace Portage.Transforms;

/// <summary>What the values of a field become.</summary>
public enum ValueType
{
    /// <summary>Texts: of a number, its very digits.</summary>
    String,

    /// <summary>Whole numbers of 64 bits.</summary>
    Long,

    /// <summary>Numbers, digit for digit.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Texts as <c>2026-11-28T23:55:00.000Z</c>, of milliseconds since 1970; dates in words stay.</summary>
    Date,

    /// <summary>The same, of seconds since 1970.</summary>
    DateOfSeconds,
}

/// <summary>One thing that is done to every document.</summary>
/// <remarks>Fields are named as queries name them: <c>user.name</c> is both of <c>{"user":{"name":1}}</c> and <c>{"user.name":1}</c>, in each object of a list too.</remarks>
public abstract record TransformOperation
{
    private protected TransformOperation()
    {
    }

    /// <summary>A field gets another name where it stands.</summary>
    /// <param name="To">The name alone, without a dot.</param>
    public sealed record Rename(string Field, string To) : TransformOperation;

    /// <summary>A field goes to another place.</summary>
    /// <param name="To">Where objects are missing on the way, they are made.</param>
    public sealed record Move(string Field, string To) : TransformOperation;

    /// <summary>A field is left out, with all below it.</summary>
    public sealed record Remove(string Field) : TransformOperation;

    /// <summary>A field gets a value, whether it was there or not.</summary>
    /// <param name="Json">Valid JSON.</param>
    public sealed record Set(string Field, string Json) : TransformOperation;

    /// <summary>The values of a field get another type; null stays null.</summary>
    public sealed record Convert(string Field, ValueType To) : TransformOperation;

    /// <summary>A script says what becomes of each document.</summary>
    /// <param name="Code">
    /// JavaScript whose last value, or whose <c>main</c>, is a function that is called once and gives the function that is called with a list of one
    /// <c>{ schema, operation: { _index, _id, routing }, document }</c> and gives that list back; an empty one leaves the document out.
    /// </param>
    public sealed record Script(string Code) : TransformOperation
    {
        /// <summary>What the first function is called with, as JSON.</summary>
        public string Context { get; init; } = "{}";

        /// <summary>How much one document may take.</summary>
        public ScriptLimits Limits { get; init; } = new();

        /// <summary>True where the script keeps nothing from one document to the next: then it need not be begun anew for each, which takes most of its time.</summary>
        public bool KeepsNothing { get; init; }
    }
}

/// <summary>How much a script may take for one document. What takes more fails for that document.</summary>
public sealed record ScriptLimits
{
    /// <summary>Default one second.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Statements run. Default a million.</summary>
    public int StatementCountMax { get; init; } = 1_000_000;

    /// <summary>Memory taken, freed or not. Default 64 MiB.</summary>
    public long BytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>Functions within functions. Default 200.</summary>
    public int DepthMax { get; init; } = 200;
}

/// <summary>What a script is told of a document besides its source.</summary>
/// <param name="Index">Where it goes.</param>
public readonly record struct DocumentFacts(string Index, string Id, string? Routing);

/// <summary>A script cannot be used at all.</summary>
/// <param name="operation">Which of the operations it is, counted from 0.</param>
/// <param name="reason">Why, as a sentence.</param>
public sealed class ScriptUnusableException(int operation, string reason) : Exception(reason)
{
    /// <summary>Which of the operations it is, counted from 0.</summary>
    public int Operation { get; } = operation;
}

/// <summary>An operation made ready to be done again and again. Thread-safe.</summary>
internal abstract class Prepared
{
    /// <summary>False where it certainly leaves a source as it is; a quick look at its bytes.</summary>
    public abstract bool MayTouch(ReadOnlySpan<byte> source);

    /// <summary>Does it, and marks what is changed.</summary>
    /// <exception cref="TransformFailure">It cannot be done to this one.</exception>
    /// <returns>False where the document is left out.</returns>
    public abstract bool Apply(DocumentFacts facts, SourceNode root);

    /// <exception cref="TransformFailure">It is a script that cannot be used.</exception>
    public static Prepared Of(TransformOperation operation) => operation switch
    {
        TransformOperation.Rename(var field, var to) => new Renaming(new(field), to),
        TransformOperation.Move(var field, var to) => new Moving(new(field), new(to)),
        TransformOperation.Remove(var field) => new Removing(new(field)),
        TransformOperation.Set(var field, var json) => new Setting(field, Encoding.UTF8.GetBytes(json)),
        TransformOperation.Convert(var field, var to) => new Converting(new(field), to),
        TransformOperation.Script script => new Scripting(script),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
