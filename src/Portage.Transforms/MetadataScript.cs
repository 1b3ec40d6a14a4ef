using System.Buffers;
using Portage.Transforms.Json;
using Portage.Transforms.Scripts;

namespace Portage.Transforms;

/// <summary>A script that changes indices and templates: called with <c>{ type, name, body }</c>, one at a time, and gives that back. Thread-safe.</summary>
public sealed class MetadataScript
{
    private readonly Scripting _script;

    /// <exception cref="ScriptUnusableException">It cannot be used.</exception>
    public MetadataScript(TransformOperation.Script script)
    {
        try
        {
            _script = new(script);
        }
        catch (TransformFailure failure)
        {
            throw new ScriptUnusableException(0, failure.Message);
        }
    }

    /// <summary>The definition as the script makes it.</summary>
    /// <param name="type">What it is, as <c>index</c>.</param>
    /// <param name="body">A JSON object.</param>
    /// <param name="why">Where the script fails, the reason as a sentence.</param>
    /// <returns>The very memory that went in where nothing changes; null where the script fails.</returns>
    public ReadOnlyMemory<byte>? Apply(string type, string name, ReadOnlyMemory<byte> body, out string why)
    {
        why = "";
        try
        {
            var root = SourceNode.Parse(body);
            _script.Apply(type, name, root);
            if (!root.IsChanged)
            {
                return body;
            }

            var changed = new ArrayBufferWriter<byte>(body.Length + 64);
            root.Write(changed);
            return changed.WrittenMemory;
        }
        catch (TransformFailure failure)
        {
            why = failure.Message;
            return null;
        }
    }
}
