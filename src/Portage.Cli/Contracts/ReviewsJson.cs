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
        json.WriteObjects("reviews", answer.Reviews, (json, step) =>
        {
            json.WriteString("step", step.Address.ToString());
            json.WriteString("details", step.Situation);
            json.WriteString("unmet", step.Unmet);
            json.WriteTimeOrNull("since", step.Since);
            json.WriteDigestOrNull("evidence", step.EvidenceDigest);
            json.WriteNumbers("numbers", step.Evidence?.Numbers ?? ImmutableSortedDictionary<string, long>.Empty);
            DestructionJson.Write(json, step.Evidence?.Destroys ?? []);
            var look = answer.LookAt(step);
            DestructionJson.Write(json, look?.Shown ?? step.Evidence?.Destroys ?? [], "destroysWhenOpened");
            json.WriteBoolean("changed", look is { HasChanged: true });
            json.WriteString("unseen", look?.Unseen);
            json.WriteDigestOrNull("now", step.EvidenceDigest is { } evidence ? look?.Digest(evidence) : null);
            json.WriteTexts("lines", step.Evidence?.Lines ?? []);
            json.WriteTexts("linesWhenApproved", step.Superseded?.Lines ?? []);
        });
    }
}
