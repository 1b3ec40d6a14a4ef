namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
    public static readonly DiagnosticKind PlanIsBlocked = new("PG2001", "A field changed that may not");
}
