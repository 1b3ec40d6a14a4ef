using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A person wants a step taken back that no configuration wants any more; or does not want that any more.</summary>
/// <param name="Run">The last run there was.</param>
/// <param name="By">Who.</param>
/// <param name="IsWanted">False when it is taken back.</param>
public sealed record CollectAsked(string Session, int Run, StepAddress Step, string By, bool IsWanted) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => IsWanted ? $"{By} wants it taken back" : $"{By} does not want it taken back any more";

    internal static CollectAsked Read(ref EventFields fields)
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

    // What was found out, and perhaps approved, for another purpose is of no use; what goes on already ends first.
    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with
    {
        LeavesBy = IsWanted ? By : null,
        LeavesIn = IsWanted ? Run : 0,
        Proposal = had.IsClaimed || had.State == StepState.Reverting ? had.Proposal : null,
    };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(CollectAsked), "collectAsked")]
public abstract partial record LedgerEvent;
