using System.Buffers;
using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Portage.Transforms.Json;

namespace Portage.Transforms.Scripts;

/// <summary>Writes what a script answered. What it left as it was is written as it stood, and names stay in the order of the source.</summary>
internal sealed class ScriptAnswer(ScriptDocument document, SourceNode root)
{
    // The values of a script can be in themselves.
    private const int DepthMax = SourceNode.DepthMax;

    private readonly ArrayBufferWriter<byte> _into = new();
    private NumberText? _numbers;

    /// <summary>The document as JSON; null where it is as it was.</summary>
    /// <exception cref="TransformFailure">JSON has no such value.</exception>
    public ReadOnlyMemory<byte>? Write(ObjectInstance answer)
    {
        if (document.OriginOf(answer)?.Node == root && IsSame(answer, root, answer, 0))
        {
            return null;
        }

        Write(answer, 0);
        return _into.WrittenMemory;
    }

    /// <summary>True where a value is what the source has.</summary>
    /// <param name="was">The value that the script got.</param>
    private bool IsSame(JsValue value, SourceNode node, JsValue was, int depth)
    {
        if (!ReferenceEquals(value, was))
        {
            return node.IsNumber ? value is JsNumber number && IsDouble(number, node)
                : !node.IsObject && !node.IsList && value.Equals(was);
        }

        if (value is not ObjectInstance one || document.OriginOf(one) is not { } origin)
        {
            return true;
        }

        Refuse(depth);
        return origin.IsSame ??= node.IsList ? IsSameList((JsArray)one, origin, depth) : IsSameObject(one, origin, depth);
    }

    private bool IsSameList(JsArray list, ScriptDocument.Origin origin, int depth)
    {
        var items = origin.Node.Items;
        if (list.Length != items.Count)
        {
            return false;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (!IsSame(list[(uint)i], items[i], origin.Values[i], depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsSameObject(ObjectInstance value, ScriptDocument.Origin origin, int depth)
    {
        var last = LastOf(origin);
        return MapManners.Keys(value).Length == last.Count
            && last.All(named => value.HasOwnProperty(named.Key) && IsSame(value.Get(named.Key), origin.Node.Members[named.Value].Value, origin.Values[named.Value], depth + 1));
    }

    private void Write(JsValue value, int depth)
    {
        switch (value)
        {
            case JsString text:
                _into.Write(JsonWords.Quoted(text.ToString()));
                break;
            case JsNumber number:
                WriteNumber(number);
                break;
            case JsBigInt whole:
                WriteText(whole.ToString());
                break;
            case JsBoolean flag:
                WriteText(flag == JsBoolean.True ? "true" : "false");
                break;
            case JsDate date when double.IsFinite(date.DateValue):
                _into.Write(JsonWords.Quoted(DateTimeOffset.FromUnixTimeMilliseconds((long)date.DateValue).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
                break;
            case JsArray list:
                WriteList(list, depth);
                break;
            case JsMap map:
                WriteMap(map, depth);
                break;
            case Jint.Native.Function.Function or JsSymbol or JsDate:
                throw new TransformFailure($"The script puts {JsonWords.Shown(Encoding.UTF8.GetBytes(value.ToString()))} into the document, which JSON has no value for");
            case ObjectInstance other:
                WriteObject(other, depth);
                break;
            default:
                WriteText("null");
                break;
        }
    }

    private void WriteNumber(JsNumber number)
    {
        var value = (double)number.ToObject();
        var text = (_numbers ??= new(root)).Write(value, number.ToString());
        WriteText(text is "NaN" or "Infinity" or "-Infinity" ? throw new TransformFailure($"The script puts {text} into the document, which JSON has no number for") : text == "-0" ? "0" : text);
    }

    private void WriteList(JsArray list, int depth)
    {
        Refuse(depth);
        var origin = document.OriginOf(list);
        _into.Write("["u8);
        for (var i = 0; i < list.Length; i++)
        {
            _into.Write(i == 0 ? [] : ","u8);
            var value = list[(uint)i];
            if (origin is not null && i < origin.Values.Length && IsSame(value, origin.Node.Items[i], origin.Values[i], depth + 1))
            {
                origin.Node.Items[i].Write(_into);
            }
            else
            {
                Write(value, depth + 1);
            }
        }

        _into.Write("]"u8);
    }

    private void WriteMap(JsMap map, int depth)
    {
        Refuse(depth);
        _into.Write("{"u8);
        var isFirst = true;
        var entries = map.GetEnumerator();
        while (entries.MoveNext())
        {
            if (!entries.Current.Value.IsUndefined())
            {
                WriteName(JsonWords.Quoted(entries.Current.Key.ToString()), ref isFirst);
                Write(entries.Current.Value, depth + 1);
            }
        }

        _into.Write("}"u8);
    }

    private void WriteObject(ObjectInstance value, int depth)
    {
        Refuse(depth);
        if (document.OriginOf(value) is { } whole && IsSame(value, whole.Node, value, depth))
        {
            whole.Node.Write(_into);
            return;
        }

        _into.Write("{"u8);
        var isFirst = true;
        var written = new HashSet<string>(StringComparer.Ordinal);
        if (document.OriginOf(value) is { } origin)
        {
            var last = LastOf(origin);
            foreach (var member in origin.Node.Members)
            {
                var name = ScriptDocument.Name(member);
                var isTwice = written.Contains(name);
                written.Add(name);
                if (!value.HasOwnProperty(name) || value.Get(name) is not { } now || now.IsUndefined())
                {
                    continue;
                }

                if (IsSame(now, origin.Node.Members[last[name]].Value, origin.Values[last[name]], depth + 1))
                {
                    // Each of a name that occurs twice.
                    WriteName(member.RawName.Span, ref isFirst);
                    member.Value.Write(_into);
                }
                else if (!isTwice)
                {
                    WriteName(member.RawName.Span, ref isFirst);
                    Write(now, depth + 1);
                }
            }
        }

        foreach (var key in MapManners.Keys(value))
        {
            if (written.Add(key.ToString()) && value.Get(key) is var now && !now.IsUndefined())
            {
                WriteName(JsonWords.Quoted(key.ToString()), ref isFirst);
                Write(now, depth + 1);
            }
        }

        _into.Write("}"u8);
    }

    private void WriteName(ReadOnlySpan<byte> quoted, ref bool isFirst)
    {
        _into.Write(isFirst ? [] : ","u8);
        _into.Write(quoted);
        _into.Write(":"u8);
        isFirst = false;
    }

    private void WriteText(string text) => _into.Write(Encoding.UTF8.GetBytes(text));

    private static Dictionary<string, int> LastOf(ScriptDocument.Origin origin)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < origin.Node.Members.Count; i++)
        {
            last[ScriptDocument.Name(origin.Node.Members[i])] = i;
        }

        return last;
    }

    private static bool IsDouble(JsNumber number, SourceNode node) =>
        BitConverter.DoubleToInt64Bits((double)number.ToObject()) == BitConverter.DoubleToInt64Bits(NumberText.ToDouble(node.Raw.Span));

    private static void Refuse(int depth)
    {
        if (depth > DepthMax)
        {
            throw new TransformFailure($"The script's answer is more than {DepthMax} levels deep, or is in itself");
        }
    }
}
