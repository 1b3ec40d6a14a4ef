using System.Text;
using Portage.Transforms.Fields;
using Portage.Transforms.Json;

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
}

/// <summary>An operation made ready to be done again and again. Thread-safe.</summary>
internal abstract class Prepared
{
    /// <summary>False where it certainly leaves a source as it is; a quick look at its bytes.</summary>
    public abstract bool MayTouch(ReadOnlySpan<byte> source);

    /// <summary>Does it, and marks what is changed.</summary>
    /// <exception cref="TransformFailure">It cannot be done to this one.</exception>
    public abstract void Apply(SourceNode root);

    public static Prepared Of(TransformOperation operation) => operation switch
    {
        TransformOperation.Rename(var field, var to) => new Renaming(new(field), to),
        TransformOperation.Move(var field, var to) => new Moving(new(field), new(to)),
        TransformOperation.Remove(var field) => new Removing(new(field)),
        TransformOperation.Set(var field, var json) => new Setting(field, Encoding.UTF8.GetBytes(json)),
        TransformOperation.Convert(var field, var to) => new Converting(new(field), to),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
