using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Engine.Questions;
using Portage.Planning;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Explanation"/> and <see cref="Shape.EditExplanation"/>.</summary>
internal static class ExplanationJson
{
    public static void Write(Utf8JsonWriter json, Explanation explained)
    {
        json.WriteNumber("position", explained.Position);
        json.WriteString("step", explained.Step.ToString());
        json.WriteString("status", explained.Status is { } status ? JsonWriting.Word(status.Group) : null);
        json.WriteString("details", explained.Status?.Situation);
        StatusJson.WriteFailure(json, explained.Status);
        WriteChange(json, "change", explained.Change);
        json.WriteDigestOrNull("fingerprint", explained.Had?.Inputs?.Fingerprints.Result);
        json.WriteObjects("result", explained.Had?.Inputs?.Parts.Where(part => part.Affects == Affects.Result) ?? [], static (json, part) =>
        {
            json.WriteString("path", part.Path);
            json.WriteString("value", part.Value);
            json.WriteBoolean("default", part.IsDefault);
        });
        json.WriteObjects("consumed", explained.Had?.Inputs?.Consumed ?? [], static (json, consumed) =>
        {
            json.WriteString("step", consumed.Upstream.ToString());
            json.WriteString("group", consumed.Group);
            json.WriteDigestOrNull("digest", consumed.Digest);
        });
        json.WriteObjects("happened", explained.Happened, static (json, happened) =>
        {
            json.WriteNumber("position", happened.Position);
            json.WriteString("at", happened.At);
            json.WriteString("text", happened.Text);
        });
    }

    public static void Write(Utf8JsonWriter json, EditExplanation explained)
    {
        json.WriteNumber("position", explained.Position);
        json.WriteString("step", explained.Step.ToString());
        json.WriteString("if", explained.Edit);
        WriteChange(json, "change", explained.Change);
        json.WriteObjects("others", explained.Others, WriteFields);
    }

    private static void WriteChange(Utf8JsonWriter json, string name, StepChange? change)
    {
        if (change is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        WriteFields(json, change);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, StepChange change)
    {
        json.WriteString("change", change.Word);
        json.WriteString("step", change.Address.ToString());
        json.WriteBoolean("conditional", change.IsConditional);
        json.WriteTexts("reasons", change.Because.Select(reason => reason.Text));
        json.WriteString("unseen", change.Unseen);
        DestructionJson.Write(json, change.Destroys);
    }
}
