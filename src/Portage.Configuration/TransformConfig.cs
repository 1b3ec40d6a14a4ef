using Portage.Configuration.Fields;

namespace Portage.Configuration;

/// <summary>One thing that is done to documents on their way. Fields are named as queries name them: lists on the way mean each of their objects.</summary>
[ExactlyOne]
public sealed record TransformConfig
{
    [Field("A field gets another name where it stands, in documents and in mappings.")]
    public RenameConfig? Rename { get; init; }

    [Field("A field goes to another place, in documents and in mappings.")]
    public MoveConfig? Move { get; init; }

    [Field("A field is left out, in documents and in mappings.")]
    public RemoveConfig? Remove { get; init; }

    [Field("A field gets a value, whether it was there or not.")]
    public SetConfig? Set { get; init; }

    [Field("The values of a field get another type, and so does the field in mappings.")]
    public ConvertConfig? Convert { get; init; }

    [Field("A script says what becomes of each document, or of each index and template.")]
    public ScriptConfig? JavaScript { get; init; }
}

/// <summary>Gives a field another name.</summary>
public sealed record RenameConfig
{
    [Field("The field, as user.name.", Required = true, Form = TextForm.FieldPath, Example = "user.name")]
    public string? Field { get; init; }

    [Field("Its new name, without what stands before it: login makes user.name to user.login.", Required = true, Form = TextForm.FieldName, Example = "login")]
    public string? To { get; init; }
}

/// <summary>Puts a field elsewhere.</summary>
public sealed record MoveConfig
{
    [Field("The field.", Required = true, Form = TextForm.FieldPath, Example = "client_ip")]
    public string? Field { get; init; }

    [Field("Where it goes; objects on the way are made. A document that has something there already is rejected.", Required = true, Form = TextForm.FieldPath, Example = "client.ip")]
    public string? To { get; init; }
}

/// <summary>Leaves a field out.</summary>
public sealed record RemoveConfig
{
    [Field("The field, with all below it.", Required = true, Form = TextForm.FieldPath, Example = "debug")]
    public string? Field { get; init; }
}

/// <summary>Gives a field a value.</summary>
[ExactlyOne("value", "json")]
public sealed record SetConfig
{
    [Field("The field; objects on the way are made.", Required = true, Form = TextForm.FieldPath, Example = "origin")]
    public string? Field { get; init; }

    [Field("The value, a text. Exactly one of value and json.", Example = "old-cluster")]
    public string? Value { get; init; }

    [Field("The value as JSON, written as it stands. Exactly one of value and json.", Form = TextForm.Json, Example = "'1.10'")]
    public string? Json { get; init; }
}

/// <summary>What the values of a field become.</summary>
public enum ConvertChoice
{
    /// <summary>Texts: of a number, the very digits.</summary>
    String,

    /// <summary>Whole numbers.</summary>
    Long,

    /// <summary>Numbers, digit for digit.</summary>
    Double,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Texts as 2026-11-28T23:55:00.000Z, of milliseconds since 1970.</summary>
    Date,

    /// <summary>The same, of seconds since 1970.</summary>
    DateOfSeconds,
}

/// <summary>Gives the values of a field another type.</summary>
public sealed record ConvertConfig
{
    [Field("The field.", Required = true, Form = TextForm.FieldPath, Example = "price")]
    public string? Field { get; init; }

    [Field("What its values become. A document with a value that is none is rejected; null stays null.", Required = true, Example = "long")]
    public ConvertChoice? To { get; init; }
}

/// <summary>What a script changes.</summary>
public enum ScriptSubject
{
    /// <summary>Documents; mappings stay as they are.</summary>
    Documents,

    /// <summary>Indices and templates, settings and mappings; documents stay as they are.</summary>
    Metadata,
}

/// <summary>JavaScript that changes documents, or indices and templates.</summary>
public sealed record ScriptConfig
{
    [Field("What it changes: documents, or the settings and mappings of indices and templates.")]
    public ScriptSubject For { get; init; } = ScriptSubject.Documents;

    [Field("The script. Its last value, or its 'main', is a function that is called with the context and gives the function that changes one after the other. From a file: workflow configure update PATH.code - < FILE.", Required = true, Form = TextForm.Lines, Example = "'function main(context) { return (items) => items; }'")]
    public string? Code { get; init; }

    [Field("What 'main' is called with, an object as JSON.", Form = TextForm.JsonObject, Example = "'{}'")]
    public string Context { get; init; } = "{}";

    [Field("The script keeps nothing from one document to the next, so that it is begun once and not for every document, which takes most of its time.")]
    public bool KeepsNothing { get; init; }

    [Field("Most statements for one document.", Min = 1_000, Max = 1_000_000_000)]
    public int StatementsMax { get; init; } = 1_000_000;

    [Field("Most memory for one document, freed or not.", Unit = "bytes", Min = 65_536, Max = 1_073_741_824)]
    public int MemoryBytesMax { get; init; } = 64 * 1024 * 1024;

    [Field("Most time for one document. statementsMax is the same on every machine; this is for what no statement counts, as a regular expression.", Unit = "milliseconds", Min = 10, Max = 60_000)]
    public int MillisecondsMax { get; init; } = 1_000;

    [Field("Most functions within functions.", Min = 10, Max = 1_000)]
    public int DepthMax { get; init; } = 200;
}
