namespace Portage.Configuration.Fields;

/// <summary>What a change of a field means, with what it inherits from the field that holds its record.</summary>
/// <param name="Affects">What a change of it makes worthless.</param>
/// <param name="Change">How it may change.</param>
/// <param name="InPlace">A change of it can be carried out where the objects stand.</param>
internal readonly record struct FieldWeight(Affects Affects, Change Change, bool InPlace)
{
    /// <summary>Of a record that nothing holds.</summary>
    public static FieldWeight Top => new(Affects.Nothing, Change.Free, InPlace: false);

    /// <summary>Of a field of the record whose holder has this weight.</summary>
    public FieldWeight Of(FieldShape field)
    {
        var affects = field.Facts.AffectsUnder(Affects);
        return new(affects, field.Facts.ChangeUnder(Change, affects), field.Facts.InPlaceUnder(InPlace, affects));
    }

    /// <summary>A value of this weight.</summary>
    public FieldValue On(string path, string json, bool isDefault) => new(path, json, Affects, Change, isDefault) { InPlace = InPlace };
}
