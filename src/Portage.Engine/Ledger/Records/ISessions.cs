namespace Portage.Engine.Ledger;

/// <summary>The sessions of a home, as events open and close them.</summary>
internal interface ISessions
{
    /// <summary>Begins a session, with nothing in it.</summary>
    void Open(string session);

    /// <summary>Makes a session the active one.</summary>
    void SwitchTo(string session);

    /// <summary>Gives a session another name; when it was the active one, it stays that.</summary>
    void Rename(string session, string name);

    /// <summary>Forgets a session; when it was the active one, the default one is that again.</summary>
    void Close(string session);
}
