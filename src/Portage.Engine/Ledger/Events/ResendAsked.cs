using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A person wants the documents sent again that a step could not write; or does not want that any more.</summary>
/// <param name="Run">The last run there was.</param>
/// <param name="By">Who.</param>
/// <param name="IsWanted">False when it is taken back.</param>
public sealed record ResendAsked(string Session, int Run, StepAddress Step, string By, bool IsWanted) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => IsWanted ? $"{By} wants the documents sent again that were rejected" : $"{By} does not want rejected documents sent again any more";

    internal static ResendAsked Read(ref EventFields fields)
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
        ResendBy = IsWanted ? By : null,
        ResendIn = IsWanted ? Run : 0,

        // What was found out, and perhaps approved, was without it, or for it alone; what goes on already ends first.
        Proposal = had.IsClaimed || had.State == StepState.Reverting ? had.Proposal : null,
    };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(ResendAsked), "resendAsked")]
public abstract partial record LedgerEvent;
