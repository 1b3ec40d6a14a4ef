using Portage.Configuration.Fields;

namespace Portage.Configuration.Rules;

/// <summary>
/// What says the same as leaving the field out is left out, so that writing a default down changes nothing: no login
/// where none is the default, and a path that equals the one it defaults to.
/// </summary>
internal static class LeftOutRule
{
    public static void Apply(RecordShape shape, object record)
    {
        foreach (var field in shape.Fields)
        {
            if (field.Default is not null || field.Get(record) is not { } value)
            {
                continue;
            }

            var saysTheSame = field.Facts switch
            {
                { SameAs: { } sibling } => value.Equals(shape.Find(sibling)!.Get(record)),
                { SameAsGiving: { } key } => field.Record!.Fields.All(inner => inner.Get(value) is not null == (inner.Name == key)),
                _ => false,
            };
            if (saysTheSame)
            {
                field.Set(record, null);
            }
        }
    }
}
