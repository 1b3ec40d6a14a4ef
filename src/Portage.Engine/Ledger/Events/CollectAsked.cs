using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A person wants a step taken back that no configuration wants any more; or does not want that any more.</summary>
/// <param name="Run">The last run there was.</param>
/// <param name="By">Who.</param>
/// <param name="IsWanted">False when it is taken back.</param>
public sealed record CollectAsked(string Session, int Run, StepAddress Step, string By, bool IsWanted) : StepEvent(Session, Run, Step)
{
    /// <summary>Of a step that is wanted, the items that its slice does not select any more, and that are to go; null for all of a step that is not wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Items { get; init; }

    /// <inheritdoc/>
    public override string Describe()
    {
        var what = Items is { } items ? string.Join(", ", items) : "it";
        return IsWanted ? $"{By} wants {what} taken back" : $"{By} does not want {what} taken back any more";
    }

    internal static CollectAsked Read(ref EventFields fields)
    {
        var (by, isWanted, items) = (default(string), default(bool?), default(ImmutableArray<string>?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "by": by = fields.Text(); break;
                case "isWanted": isWanted = fields.Flag(); break;
                case "items": items = fields.Texts(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(by), fields.Needed(isWanted)) { Items = items };
    }

    // What was found out, and perhaps approved, for another purpose is of no use; what goes on already ends first.
    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => Items is { } items
        ? had with
        {
            LeavingItems = IsWanted ? new(By, Run, items) : null,
            Proposal = had.IsClaimed || had.State == StepState.Reverting ? had.Proposal : null,
        }
        : had with
        {
            LeavesBy = IsWanted ? By : null,
            LeavesIn = IsWanted ? Run : 0,
            Proposal = had.IsClaimed || had.State == StepState.Reverting ? had.Proposal : null,
        };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(CollectAsked), "collectAsked")]
public abstract partial record LedgerEvent;
