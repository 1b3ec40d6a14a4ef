using System.Globalization;
using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime.Interop;
using Portage.Transforms.Json;

namespace Portage.Transforms.Scripts;

/// <summary>A script that is begun. For one document after the other, never two at once.</summary>
internal sealed class ScriptRun : IDisposable
{
    private const string Schema = "rfs-opensearch-bulk-v1";
    private const uint ListMax = 1_000_000;

    private readonly Engine _engine;
    private readonly ScriptMeter _meter;
    private readonly ObjectInstance _prototype;
    private JsValue _transform = JsValue.Undefined;

    public ScriptRun(ScriptLimits limits)
    {
        _meter = new(limits);
        _engine = new(options =>
        {
            options.LimitRecursion(limits.DepthMax);
            options.Constraint(_meter);
            options.Constraints.MaxArraySize = ListMax;
            options.Constraints.RegexTimeout = limits.Time;
            options.TimeSystem = new NoClock();
            options.Culture = CultureInfo.InvariantCulture;
            options.TimeZone = TimeZoneInfo.Utc;
            options.Host.StringCompilationAllowed = false;
        });
        _prototype = MapManners.PrototypeFor(_engine);
        ((ObjectInstance)_engine.GetValue("Math")).FastSetDataProperty("random", new ClrFunction(_engine, "random", static (_, _) => throw new TransformFailure("The script asks for chance; a document must come out the same whenever it is read")));

        // Scripts that were written elsewhere say what they do; a million times nobody reads it.
        var console = new JsObject(_engine);
        foreach (var name in (string[])["log", "info", "warn", "error", "debug"])
        {
            console.FastSetDataProperty(name, new ClrFunction(_engine, name, static (_, _) => JsValue.Undefined));
        }

        _engine.SetValue("console", console);
    }

    /// <exception cref="TransformFailure">It gives no function.</exception>
    public void Begin(Prepared<Script> code, SourceNode context)
    {
        var last = _engine.Evaluate(code);
        var main = last is Jint.Native.Function.Function ? last : _engine.GetValue("main");
        if (main is not Jint.Native.Function.Function)
        {
            throw new TransformFailure("The script has no function 'main', and its last value is none");
        }

        _transform = _engine.Invoke(main, new ScriptDocument(_engine, _prototype).Read(context));
        if (_transform is not Jint.Native.Function.Function)
        {
            throw new TransformFailure("The script's 'main' gives no function");
        }
    }

    /// <summary>Has the script change a document.</summary>
    /// <returns>False where the script leaves it out.</returns>
    /// <exception cref="TransformFailure">It cannot, or answers with something else.</exception>
    public bool Apply(DocumentFacts facts, SourceNode root)
    {
        var document = new ScriptDocument(_engine, _prototype);
        var operation = new JsObject(_engine) { Prototype = _prototype };
        operation.FastSetDataProperty("_index", facts.Index);
        operation.FastSetDataProperty("_id", facts.Id);
        if (facts.Routing is { } routing)
        {
            operation.FastSetDataProperty("routing", routing);
        }

        var item = new JsObject(_engine) { Prototype = _prototype };
        item.FastSetDataProperty("schema", Schema);
        item.FastSetDataProperty("operation", operation);
        item.FastSetDataProperty("document", document.Read(root));
        var answer = _engine.Invoke(_transform, new JsArray(_engine, [item]));
        if (answer is JsArray list)
        {
            if (list.Length == 0)
            {
                return false;
            }

            answer = list.Length == 1 ? list[0] : throw new TransformFailure($"The script makes {list.Length} documents of one; each document becomes one, or none");
        }

        if (answer is not ObjectInstance changed || Of(changed, "document") is not ObjectInstance written || written is JsArray or Jint.Native.Function.Function)
        {
            throw new TransformFailure("The script's answer is no document: expected the list that it got, with an object under 'document'");
        }

        RefuseOtherPlace(facts, Of(changed, "operation"));
        if (new ScriptAnswer(document, root).Write(written) is { } json)
        {
            root.Replace(json);
        }

        return true;
    }

    /// <summary>Has the script change an index or a template.</summary>
    /// <exception cref="TransformFailure">It cannot, or answers with something else.</exception>
    public void Apply(string type, string name, SourceNode root)
    {
        var document = new ScriptDocument(_engine, _prototype);
        var item = new JsObject(_engine) { Prototype = _prototype };
        item.FastSetDataProperty("type", type);
        item.FastSetDataProperty("name", name);
        item.FastSetDataProperty("body", document.Read(root));
        var answer = _engine.Invoke(_transform, item);
        if (answer is not ObjectInstance changed || Of(changed, "body") is not ObjectInstance written || written is JsArray or Jint.Native.Function.Function)
        {
            throw new TransformFailure("The script's answer is no definition: expected the object that it got, with an object under 'body'");
        }

        if (Of(changed, "type").ToString() != type || Of(changed, "name").ToString() != name)
        {
            throw new TransformFailure("The script changes type or name, which stay as they are");
        }

        if (new ScriptAnswer(document, root).Write(written) is { } json)
        {
            root.Replace(json);
        }
    }

    /// <summary>Where a document goes is known before it is read: who else writes there was asked, and what is there was looked at.</summary>
    private static void RefuseOtherPlace(DocumentFacts facts, JsValue operation)
    {
        foreach (var (name, had) in ((string, string?)[])[("_index", facts.Index), ("_id", facts.Id), ("routing", facts.Routing)])
        {
            var now = operation is ObjectInstance there ? Of(there, name) : JsValue.Undefined;
            if (operation is ObjectInstance && (now.IsUndefined() || now.IsNull() ? null : now.ToString()) != had)
            {
                throw new TransformFailure($"The script changes {name}, which stays as it is");
            }
        }
    }

    public void Dispose() => _engine.Dispose();

    private static JsValue Of(ObjectInstance value, string name) => value is JsMap map ? map.Get(name) : value.Get(name);
}
