using System.Collections.Immutable;
using System.Text.Json;
using Portage.Planning;

namespace Portage.Cli.Contracts;

/// <summary>What is deleted, emptied or overwritten, as data.</summary>
internal static class DestructionJson
{
    public static void Write(Utf8JsonWriter json, ImmutableArray<Destruction> destroys, string field = "destroys") => json.WriteObjects(field, destroys, static (json, one) =>
    {
        json.WriteString("kind", JsonWriting.Word(one.Kind));
        json.WriteString("target", one.Target);
        json.WriteString("name", one.Name);
        json.WriteString("item", one.Item);
        // What may go, as people are told it too.
        json.WriteNumberOrNull("documents", one.MayGo);
        json.WriteNumberOrNull("bytes", one.Bytes);
        json.WriteNumberOrNull("foreign", one.AtMostSent(one.Foreign));
        json.WriteObjects("by", one.By ?? [], (json, written) =>
        {
            json.WriteString("step", written.Step.ToString());
            json.WriteNumber("documents", one.AtMostSent(written.Documents)!.Value);
            json.WriteString("session", written.Session);
        });
    });
}
