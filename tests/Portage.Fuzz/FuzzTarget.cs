namespace Portage.Fuzz;

/// <summary>A parser that is given damaged bytes.</summary>
internal abstract class FuzzTarget
{
    /// <summary>As <c>lucene.fdt</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Sound inputs, from which the damaged ones are made.</summary>
    public abstract IReadOnlyList<FuzzSeed> Seeds { get; }

    /// <summary>Makes a checksum fit again, so that what lies behind it is reached.</summary>
    public virtual void Mend(FuzzSeed seed, byte[] bytes)
    {
    }

    /// <summary>Reads. What is refused ends in one of the exceptions that <see cref="IsExpected"/> knows.</summary>
    public abstract void Run(FuzzSeed seed, byte[] bytes);

    /// <summary>True for what the parser may throw.</summary>
    public abstract bool IsExpected(Exception failure);

    /// <summary>Most bytes that may be allocated for an input of as many.</summary>
    public virtual long AllocationMax(int inputBytes) => (64L << 20) + (inputBytes * 1_100L);
}

/// <summary>A sound input.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Bytes">What is damaged.</param>
/// <param name="Around">What the target needs beside it.</param>
internal sealed record FuzzSeed(string Name, byte[] Bytes, object? Around = null);
