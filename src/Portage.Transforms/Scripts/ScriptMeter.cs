using System.Diagnostics;
using Jint;

namespace Portage.Transforms.Scripts;

/// <summary>Stops a script that takes too much for one document. Asked before every statement.</summary>
/// <remarks>Statements come first, because they are the same on every machine: whether a document is too much for a script should not depend on the weather.</remarks>
internal sealed class ScriptMeter(ScriptLimits limits) : Constraint
{
    // Asking for time and memory costs as much as some statements.
    private const int Every = 64;

    private int _statements;
    private long _begun;
    private long _bytes;

    public override void Reset() => (_statements, _begun, _bytes) = (0, Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());

    public override void Check()
    {
        if (++_statements > limits.StatementCountMax)
        {
            throw new TransformFailure($"The script runs more than {limits.StatementCountMax} statements for one document");
        }

        if (_statements % Every == 0)
        {
            CheckSlowly();
        }
    }

    /// <summary>Looks at time and memory alone.</summary>
    public void CheckSlowly()
    {
        if (Stopwatch.GetElapsedTime(_begun) > limits.Time)
        {
            throw new TransformFailure($"The script takes more than {limits.Time.TotalMilliseconds:0} ms for one document");
        }

        if (GC.GetAllocatedBytesForCurrentThread() - _bytes > limits.BytesMax)
        {
            throw new TransformFailure($"The script takes more than {limits.BytesMax} bytes of memory for one document");
        }
    }
}
