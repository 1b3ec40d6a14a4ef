namespace Portage.Engine.Ports;

/// <summary>Where identifiers come from, so that a simulation can repeat them.</summary>
public interface IIdSource
{
    /// <summary>A new identifier: 1 to 32 lower-case letters and digits, unlike any other of this home.</summary>
    string Next();
}
