using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Editing;

/// <summary>What a path points to, by the shape of the records, whether or not anything is there.</summary>
internal abstract record ConfigPlace(ConfigPath Path)
{
    /// <summary>The configuration as a whole.</summary>
    public sealed record Whole(ConfigPath Path) : ConfigPlace(Path);

    /// <summary>A field of a record.</summary>
    public sealed record Field(ConfigPath Path, FieldShape Shape) : ConfigPlace(Path);

    /// <summary>An entry of a map.</summary>
    public sealed record Entry(ConfigPath Path, FieldShape Map) : ConfigPlace(Path);

    /// <summary>An item of a list.</summary>
    public sealed record Item(ConfigPath Path, FieldShape List) : ConfigPlace(Path);

    /// <summary>The places on the way to a path, and last its own; null, with findings, where no configuration has such a path.</summary>
    public static IReadOnlyList<ConfigPlace>? Resolve(string text, Findings findings)
    {
        if (ConfigPath.Parse(text, out var problem) is not { } path)
        {
            findings.Add(
                DiagnosticCatalog.BadPath.Error(null, $"'{Words.Shown(text)}' is not a path, {problem}. A path is keys and names with dots between them, as migrations.securitylogs.slices.posts.backfill.workers."),
                default);
            return null;
        }

        var places = new List<ConfigPlace> { new Whole(ConfigPath.Root) };
        foreach (var part in path.Parts)
        {
            if (Below(places[^1], part, findings) is not { } place)
            {
                return null;
            }

            places.Add(place);
        }

        return places;
    }

    private static ConfigPlace? Below(ConfigPlace above, ConfigPath part, Findings findings)
    {
        var record = above switch
        {
            Whole => RecordShape.Root,
            Entry entry => entry.Map.Record,
            Field { Shape.Kind: FieldKind.Record } field => field.Shape.Record,
            Item { List.Kind: FieldKind.List } item => item.List.Record,
            _ => null,
        };
        switch (above, part.Key)
        {
            case (_, { } key) when record is not null:
                if (record.Find(key) is { } found)
                {
                    return new Field(part, found);
                }

                UnknownKeyRule.Report(record, key, part.Parent!, findings);
                return null;
            case (Field { Shape.Kind: FieldKind.Map } map, { } name):
                if (StepAddress.IsName(name))
                {
                    return new Entry(part, map.Shape);
                }

                findings.Add(DiagnosticCatalog.BadName.Error, part, $"'{Words.Shown(name)}' cannot be a name; names under '{map.Shape.Name}' are {NameRule.Allowed}.");
                return null;
            case (Field { Shape.Kind: FieldKind.Texts or FieldKind.List } list, null):
                return new Item(part, list.Shape);
            default:
                var holds = above is Field { Shape: { } shape } ? Words.Expected(shape) : Words.ExpectedRecord(record ?? RecordShape.Root);
                findings.Add(DiagnosticCatalog.BadPath.Error, part, $"'{above.Path}' holds {holds}, and so nothing that {(part.Key is null ? $"[{part.Index}]" : $"'{Words.Shown(part.Key)}'")} could name.");
                return null;
        }
    }
}
