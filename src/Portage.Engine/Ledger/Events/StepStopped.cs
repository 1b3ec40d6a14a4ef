using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A workload ended at our request, with its position kept.</summary>
/// <param name="Why">As <c>paused</c>.</param>
public sealed record StepStopped(string Session, int Run, StepAddress Step, string Why) : StepEvent(Session, Run, Step)
{
    /// <summary>True when nobody wants it to serve any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOver { get; init; }

    /// <inheritdoc/>
    public override string Describe() => $"stopped: {Why}";

    internal static StepStopped Read(ref EventFields fields)
    {
        var (why, isOver) = (default(string), false);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "why": why = fields.Text(); break;
                case "isOver": isOver = fields.Flag(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(why)) { IsOver = isOver };
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had.Idle() with { Serves = had.Serves && !IsOver };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepStopped), "stepStopped")]
public abstract partial record LedgerEvent;
