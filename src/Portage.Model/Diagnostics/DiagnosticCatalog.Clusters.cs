namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
}
