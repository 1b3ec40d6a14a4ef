using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>One thing that happened. State is what all of them, in order, imply; none is ever changed or removed.</summary>
/// <remarks>
/// The JSON names are a contract: ledgers outlive releases. A new event is a new file in <c>Events</c>, which holds all of it: the
/// record, its name, how it is read, and what it makes of the state. A field may be added when its absence means "as before"; nothing
/// is renamed. The README of this folder lists them.
/// </remarks>
/// <param name="Session">The session concerned.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
public abstract partial record LedgerEvent(string Session);

/// <summary>An event that changes which sessions there are.</summary>
public abstract record HomeEvent(string Session) : LedgerEvent(Session)
{
    /// <summary>What it makes of the sessions of a home.</summary>
    internal abstract void ApplyTo(ISessions home);
}

/// <summary>An event that concerns a session as a whole.</summary>
public abstract record SessionEvent(string Session) : LedgerEvent(Session)
{
    /// <summary>What it makes of the session. Pure.</summary>
    internal abstract SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at);
}

/// <summary>An event that concerns one step.</summary>
/// <param name="Run">The run that it happened in.</param>
/// <param name="Step">The step concerned.</param>
public abstract record StepEvent(
    string Session,
    [property: JsonPropertyOrder(-2)] int Run,
    [property: JsonPropertyOrder(-1)] StepAddress Step) : LedgerEvent(Session)
{
    /// <summary>A line for the step's history, for people.</summary>
    public abstract string Describe();

    /// <summary>What it makes of the step. Pure.</summary>
    /// <param name="place">Its place among the session's events about steps, counted from 1.</param>
    internal abstract StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place);
}
