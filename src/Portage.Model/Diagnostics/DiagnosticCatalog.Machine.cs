namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>A secret is nowhere to be found.</summary>
    public static readonly DiagnosticKind SecretMissing = new("PG5001", "A secret is missing");

    /// <summary>A secret's file is open to others.</summary>
    public static readonly DiagnosticKind SecretReadable = new("PG5002", "A secret can be read by others");

    /// <summary>A secret does not have the form that its use needs.</summary>
    public static readonly DiagnosticKind SecretMalformed = new("PG5003", "A secret has the wrong form");

    /// <summary>The ledger was written by a newer release.</summary>
    public static readonly DiagnosticKind LedgerIsNewer = new("PG5004", "The ledger is of a newer release");

    /// <summary>The ledger cannot be read.</summary>
    public static readonly DiagnosticKind LedgerUnusable = new("PG5005", "The ledger cannot be used");

    /// <summary>The disk below the ledger is full or may not be written.</summary>
    public static readonly DiagnosticKind LedgerFull = new("PG5006", "The ledger cannot be written");

    /// <summary>Another process holds the home's lock and does not answer.</summary>
    public static readonly DiagnosticKind HomeIsBusy = new("PG5007", "Another process holds this home");

    /// <summary>The editor ended with an error, or there is none.</summary>
    public static readonly DiagnosticKind EditorFailed = new("PG5008", "The editor failed");

    /// <summary>A file or folder named on the command line cannot be read.</summary>
    public static readonly DiagnosticKind FileUnreadable = new("PG5009", "A file cannot be read");

    /// <summary>Input was expected from standard input, which is a terminal.</summary>
    public static readonly DiagnosticKind InputIsTerminal = new("PG5010", "Standard input is a terminal");

    /// <summary>The background controller did not start.</summary>
    public static readonly DiagnosticKind ControllerFailed = new("PG5011", "The controller did not start");

    /// <summary>The command line is wrong.</summary>
    public static readonly DiagnosticKind BadUsage = new("PG5012", "The command line is wrong");

    /// <summary>Nothing can be written in the home.</summary>
    public static readonly DiagnosticKind HomeNotWritable = new("PG5013", "The home cannot be written");

    /// <summary>The home is there and cannot be read.</summary>
    public static readonly DiagnosticKind HomeNotReadable = new("PG5014", "The home cannot be read");

    /// <summary>The shell belongs to another tool.</summary>
    public static readonly DiagnosticKind AnotherWorld = new("PG5016", "This shell belongs to another tool");

    /// <summary>A file outside of the ledger cannot be written.</summary>
    public static readonly DiagnosticKind FileUnwritable = new("PG5015", "A file cannot be written");

    /// <summary>The disk is full, or a folder may not be written.</summary>
    public static readonly DiagnosticKind WorkUnwritable = new("PG5020", "A work folder cannot be written");

    /// <summary>The operating system refused a process.</summary>
    public static readonly DiagnosticKind WorkerUnstarted = new("PG5021", "A worker cannot be started");
}
