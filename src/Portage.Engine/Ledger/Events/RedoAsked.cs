using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A person wants a step done anew though nothing about it changed; or does not want that any more.</summary>
/// <param name="Run">The last run there was.</param>
/// <param name="By">Who.</param>
/// <param name="IsWanted">False when it is taken back.</param>
public sealed record RedoAsked(string Session, int Run, StepAddress Step, string By, bool IsWanted) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => IsWanted ? $"{By} wants it done anew" : $"{By} does not want it done anew any more";

    internal static RedoAsked Read(ref EventFields fields)
    {
        var (by, isWanted) = (default(string), default(bool?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "by": by = fields.Text(); break;
                case "isWanted": isWanted = fields.Flag(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(by), fields.Needed(isWanted));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with
    {
        AskedBy = IsWanted ? By : null,
        AskedIn = IsWanted ? Run : 0,

        // What was found out for it, and perhaps approved, is of no use any more; what goes on already ends first.
        Proposal = IsWanted || had.IsClaimed || had.State == StepState.Reverting ? had.Proposal : null,
    };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RedoAsked), "redoAsked")]
public abstract partial record LedgerEvent;
