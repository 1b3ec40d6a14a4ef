using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Questions;

namespace Portage.Cli.Contracts;

/// <summary><see cref="Shape.Reviews"/>.</summary>
internal static class ReviewsJson
{
    public static void Write(Utf8JsonWriter json, ReviewsAnswer answer)
    {
        json.WriteNumber("position", answer.Position);
        json.WriteString("session", answer.Session);
        json.WriteNumberOrNull("run", answer.Run);
        json.WriteDigestOrNull("plan", answer.Plan);
        json.WriteObjects("reviews", answer.Reviews, static (json, step) =>
        {
            json.WriteString("step", step.Address.ToString());
            json.WriteString("details", step.Situation);
            json.WriteString("unmet", step.Unmet);
            json.WriteTimeOrNull("since", step.Since);
            json.WriteDigestOrNull("evidence", step.EvidenceDigest);
            json.WriteNumbers("numbers", step.Evidence?.Numbers ?? ImmutableSortedDictionary<string, long>.Empty);
            DestructionJson.Write(json, step.Evidence?.Destroys ?? []);
            json.WriteTexts("lines", step.Evidence?.Lines ?? []);
        });
    }
}
