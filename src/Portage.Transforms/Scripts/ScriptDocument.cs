using Jint;
using Jint.Native;
using Jint.Native.Object;
using Portage.Transforms.Json;

namespace Portage.Transforms.Scripts;

/// <summary>Values of a source as a script has them, and which is which: what the script leaves as it was can be written as it stood.</summary>
internal sealed class ScriptDocument(Engine engine, ObjectInstance prototype)
{
    private readonly Dictionary<ObjectInstance, Origin> _origins = new(ReferenceEqualityComparer.Instance);

    /// <summary>The value for the script.</summary>
    public JsValue Read(SourceNode node)
    {
        if (node.IsObject)
        {
            var made = new JsObject(engine) { Prototype = prototype };
            var values = new JsValue[node.Members.Count];
            for (var i = 0; i < values.Length; i++)
            {
                var member = node.Members[i];
                values[i] = Read(member.Value);

                // Of a name that occurs twice the last one counts, for servers as well.
                made.FastSetDataProperty(Name(member), values[i]);
            }

            _origins.Add(made, new(node, values));
            return made;
        }

        if (node.IsList)
        {
            var values = node.Items.ConvertAll(Read).ToArray();
            var list = new JsArray(engine, [.. values]);
            _origins.Add(list, new(node, values));
            return list;
        }

        return node.IsText ? (JsValue)node.Text()
            : node.IsNumber ? JsNumber.Create(NumberText.ToDouble(node.Raw.Span))
            : node.IsNull ? JsValue.Null
            : node.IsTrue ? JsBoolean.True : JsBoolean.False;
    }

    /// <summary>Where an object or a list comes from; null of those that the script made.</summary>
    public Origin? OriginOf(ObjectInstance value) => _origins.GetValueOrDefault(value);

    public static string Name(SourceMember member) => System.Text.Encoding.UTF8.GetString(member.Name.Span);

    /// <summary>What an object or list of a script was made of.</summary>
    /// <param name="Values">What its values were then, in the order of the source.</param>
    internal sealed record Origin(SourceNode Node, JsValue[] Values)
    {
        /// <summary>Found out once: true where nothing in it is otherwise by now.</summary>
        public bool? IsSame { get; set; }
    }
}
