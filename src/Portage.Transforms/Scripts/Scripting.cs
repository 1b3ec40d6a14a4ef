using System.Collections.Concurrent;
using Acornima;
using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Portage.Transforms.Json;

namespace Portage.Transforms.Scripts;

/// <summary>A script that says what becomes of each document.</summary>
internal sealed class Scripting : Prepared
{
    private readonly TransformOperation.Script _script;
    private readonly Prepared<Script> _code;
    private readonly SourceNode _context;
    private readonly ConcurrentBag<ScriptRun> _idle = [];

    /// <exception cref="TransformFailure">It cannot be used.</exception>
    public Scripting(TransformOperation.Script script)
    {
        _script = script;
        _context = SourceNode.Parse(System.Text.Encoding.UTF8.GetBytes(script.Context));
        try
        {
            _code = Engine.PrepareScript(script.Code);
        }
        catch (ScriptPreparationException failure)
        {
            throw new TransformFailure($"The script cannot be read: {failure.InnerException?.Message ?? failure.Message}");
        }

        LetGo(Guarded(Begin), isGood: true);
    }

    public override bool MayTouch(ReadOnlySpan<byte> source) => true;

    public override bool Apply(DocumentFacts facts, SourceNode root) => Use(run => run.Apply(facts, root));

    /// <summary>Changes an index or a template.</summary>
    public void Apply(string type, string name, SourceNode root) => Use(run =>
    {
        run.Apply(type, name, root);
        return true;
    });

    private T Use<T>(Func<ScriptRun, T> what)
    {
        var run = _idle.TryTake(out var idle) ? idle : Guarded(Begin);

        var isGood = false;
        try
        {
            var done = Guarded(() => what(run));
            isGood = true;
            return done;
        }
        finally
        {
            LetGo(run, isGood);
        }
    }

    /// <param name="isGood">False after a failure: it may be in the middle of something.</param>
    private void LetGo(ScriptRun run, bool isGood)
    {
        if (_script.KeepsNothing && isGood)
        {
            _idle.Add(run);
        }
        else
        {
            run.Dispose();
        }
    }

    private ScriptRun Begin()
    {
        var run = new ScriptRun(_script.Limits);
        try
        {
            run.Begin(_code, _context);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private static T Guarded<T>(Func<T> what)
    {
        try
        {
            return what();
        }
        catch (JavaScriptException failure)
        {
            throw new TransformFailure($"The script throws: {failure.Message} (line {failure.Location.Start.Line})");
        }
        catch (RecursionDepthOverflowException)
        {
            throw new TransformFailure("The script calls functions within functions deeper than it may");
        }
        catch (Exception failure) when (failure is JintException or InsufficientExecutionStackException or OutOfMemoryException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            throw new TransformFailure($"The script fails: {failure.Message}");
        }
    }
}
