namespace Portage.Model.Diagnostics;

/// <summary>Configurations: what a person wrote, and edits of it.</summary>
public static partial class DiagnosticCatalog
{
    public static readonly DiagnosticKind SyntaxError = new("PG1001", "Not valid YAML or JSON");
    public static readonly DiagnosticKind UnknownKey = new("PG1002", "Unknown key");
    public static readonly DiagnosticKind UnsupportedYaml = new("PG1003", "Unsupported YAML feature");
    public static readonly DiagnosticKind UnknownName = new("PG1004", "Unknown name");
    public static readonly DiagnosticKind DuplicateKey = new("PG1005", "Key given twice");
    public static readonly DiagnosticKind SeveralDocuments = new("PG1006", "More than one document");
    public static readonly DiagnosticKind NotAvailableYet = new("PG1007", "Not available yet");
    public static readonly DiagnosticKind WrongType = new("PG1008", "Wrong type of value");
    public static readonly DiagnosticKind OutOfRange = new("PG1009", "Number out of range");
    public static readonly DiagnosticKind MissingField = new("PG1010", "Required field is missing");
    public static readonly DiagnosticKind NotExactlyOne = new("PG1011", "Exactly one is needed");
    public static readonly DiagnosticKind BadName = new("PG1012", "Not a usable name");
    public static readonly DiagnosticKind NamesCollide = new("PG1013", "Names collide");
    public static readonly DiagnosticKind BadEndpoint = new("PG1014", "Not a usable endpoint");
    public static readonly DiagnosticKind BadVersion = new("PG1015", "Not a cluster version");
    public static readonly DiagnosticKind BadPattern = new("PG1016", "Not a usable pattern");
    public static readonly DiagnosticKind EmptyList = new("PG1017", "List is empty");
    public static readonly DiagnosticKind PatternNeverMatches = new("PG1018", "Pattern can never match");
    public static readonly DiagnosticKind BadGate = new("PG1019", "Not a gate");
    public static readonly DiagnosticKind SlicesOverlap = new("PG1020", "Slices overlap");
    public static readonly DiagnosticKind SnapshotNotChosen = new("PG1021", "Which snapshot is not said");
    public static readonly DiagnosticKind TakeWithoutSource = new("PG1022", "No cluster to take the snapshot from");
    public static readonly DiagnosticKind NothingToDoYet = new("PG1023", "Not complete enough to run");
    public static readonly DiagnosticKind PathNotAbsolute = new("PG1024", "Path is not absolute");
    public static readonly DiagnosticKind TlsContradiction = new("PG1025", "TLS settings contradict each other");
    public static readonly DiagnosticKind ItemTwice = new("PG1026", "Item listed twice");
    public static readonly DiagnosticKind SecretNotAName = new("PG1027", "Not the name of a secret");
    public static readonly DiagnosticKind UnknownChoice = new("PG1028", "Unknown choice");
    public static readonly DiagnosticKind NestedTooDeeply = new("PG1029", "Nested too deeply");
    public static readonly DiagnosticKind BadCharacter = new("PG1030", "Character that cannot be kept");
    public static readonly DiagnosticKind BadPath = new("PG1031", "Not a path");
    public static readonly DiagnosticKind PathExists = new("PG1032", "Exists already");
    public static readonly DiagnosticKind PathNotThere = new("PG1033", "Nothing there");
    public static readonly DiagnosticKind TlsUnused = new("PG1034", "TLS settings without TLS");
    public static readonly DiagnosticKind BadFieldPath = new("PG1036", "Not a usable field");
    public static readonly DiagnosticKind BadJsonValue = new("PG1037", "Not a JSON value");
    public static readonly DiagnosticKind BadBucketName = new("PG1039", "Not the name of a bucket");
    public static readonly DiagnosticKind ConfigurationEmpty = new("PG1035", "The configuration would become empty");
    public static readonly DiagnosticKind TakeIntoReadOnly = new("PG1038", "Nothing can be written there");
}
