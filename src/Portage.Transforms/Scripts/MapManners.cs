using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Portage.Transforms.Scripts;

/// <summary>
/// What objects of a document can do besides being objects: scripts for opensearch-migrations treat them as a <c>Map</c> (<c>doc.get("a")</c>) or as plain
/// objects (<c>doc.a</c>), depending on its release, so they are both. A document's own field goes before a method of its name.
/// </summary>
internal static class MapManners
{
    /// <summary>The prototype of such objects.</summary>
    public static ObjectInstance PrototypeFor(Engine engine)
    {
        var prototype = new JsObject(engine) { Prototype = (ObjectInstance)engine.Intrinsics.Map.Get("prototype") };
        Add("get", 1, static (map, arguments) => map.HasOwnProperty(Key(arguments)) ? map.Get(Key(arguments)) : JsValue.Undefined);
        Add("has", 1, static (map, arguments) => map.HasOwnProperty(Key(arguments)));
        Add("set", 2, static (map, arguments) =>
        {
            map.CreateDataProperty(Key(arguments), arguments.Length > 1 ? arguments[1] : JsValue.Undefined);
            return map;
        });
        Add("delete", 1, static (map, arguments) =>
        {
            var was = map.HasOwnProperty(Key(arguments));
            map.Delete(Key(arguments));
            return was;
        });
        Add("clear", 0, static (map, _) =>
        {
            foreach (var key in Keys(map))
            {
                map.Delete(key);
            }

            return JsValue.Undefined;
        });
        Add("forEach", 1, (map, arguments) =>
        {
            foreach (var key in Keys(map))
            {
                engine.Call(arguments[0], JsValue.Undefined, [map.Get(key), key, map]);
            }

            return JsValue.Undefined;
        });
        Add("keys", 0, (map, _) => Iterator(Keys(map)));
        Add("values", 0, (map, _) => Iterator([.. Keys(map).Select(key => map.Get(key))]));
        var entries = Add("entries", 0, (map, _) => Iterator([.. Keys(map).Select(key => (JsValue)new JsArray(engine, [key, map.Get(key)]))]));
        prototype.FastSetProperty(GlobalSymbolRegistry.Iterator, new PropertyDescriptor(entries, writable: true, enumerable: false, configurable: true));
        prototype.FastSetProperty("size", new GetSetPropertyDescriptor(new ClrFunction(engine, "size", static (map, _) => Keys((ObjectInstance)map).Length), null, enumerable: false, configurable: true));
        return prototype;

        JsValue Add(string name, int length, Func<ObjectInstance, JsValue[], JsValue> method)
        {
            var function = new ClrFunction(engine, name, (map, arguments) => method((ObjectInstance)map, arguments), length);
            prototype.FastSetProperty(name, new PropertyDescriptor(function, writable: true, enumerable: false, configurable: true));
            return function;
        }

        JsValue Iterator(JsValue[] values)
        {
            var array = new JsArray(engine, values);
            return engine.Call(array.Get("values"), array, []);
        }
    }

    /// <summary>The names of what an object has of its own, in its order.</summary>
    public static JsValue[] Keys(ObjectInstance map) => [.. map.GetOwnPropertyKeys(Jint.Runtime.Types.String)];

    private static JsValue Key(JsValue[] arguments) => arguments.Length > 0 ? arguments[0].ToString() : JsValue.Undefined.ToString();
}
