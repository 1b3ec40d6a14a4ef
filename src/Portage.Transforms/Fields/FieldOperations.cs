using System.Text;
using Portage.Transforms.Json;

namespace Portage.Transforms.Fields;

/// <summary>What the operations on one field have in common.</summary>
internal abstract class OnField(FieldPath field) : Prepared
{
    protected FieldPath Field { get; } = field;

    public override bool MayTouch(ReadOnlySpan<byte> source) => Field.MayBeIn(source);

    public override bool Apply(DocumentFacts facts, SourceNode root)
    {
        Apply(root);
        return true;
    }

    protected abstract void Apply(SourceNode root);
}

internal sealed class Renaming(FieldPath field, string to) : OnField(field)
{
    protected override void Apply(SourceNode root)
    {
        var found = Field.FindIn(root);
        foreach (var (frame, member) in found)
        {
            var renamed = Encoding.UTF8.GetBytes(Renamed(member));
            if (frame.Node.Members.Exists(other => other.Name.Span.SequenceEqual(renamed)))
            {
                throw new TransformFailure($"'{Field.Text}' cannot become '{Renamed(member)}': that is there already");
            }
        }

        foreach (var (frame, member) in found)
        {
            member.Rename(Renamed(member));
            frame.Node.MarkChanged();
        }
    }

    /// <summary>Of a name with dots only the last part is the field's own.</summary>
    private string Renamed(SourceMember member)
    {
        var name = Encoding.UTF8.GetString(member.Name.Span);
        return name[..(name.LastIndexOf('.') + 1)] + to;
    }
}

internal sealed class Removing(FieldPath field) : OnField(field)
{
    protected override void Apply(SourceNode root)
    {
        foreach (var (frame, member) in Field.FindIn(root))
        {
            frame.Node.Members.Remove(member);
            frame.Node.MarkChanged();
        }
    }
}

internal sealed class Converting(FieldPath field, ValueType to) : OnField(field)
{
    protected override void Apply(SourceNode root)
    {
        foreach (var (_, member) in Field.FindIn(root))
        {
            Convert(member.Value);
        }
    }

    private void Convert(SourceNode value)
    {
        if (value.IsList)
        {
            foreach (var item in value.Items)
            {
                Convert(item);
            }
        }
        else if (!value.IsNull)
        {
            try
            {
                if (ValueConversion.Convert(value, to) is { } json)
                {
                    value.Replace(json);
                }
            }
            catch (TransformFailure failure)
            {
                throw new TransformFailure($"'{Field.Text}': {failure.Message}");
            }
        }
    }
}

internal sealed class Setting(string field, byte[] json) : Prepared
{
    public override bool MayTouch(ReadOnlySpan<byte> source) => true;

    public override bool Apply(DocumentFacts facts, SourceNode root)
    {
        Placing.Set(root, field, json, field);
        return true;
    }
}

/// <remarks>
/// It goes to the deepest object that both places share, so that in a list each object keeps its own. Out of a list into something
/// around it there is no way that would be right for every document.
/// </remarks>
internal sealed class Moving(FieldPath field, FieldPath to) : OnField(field)
{
    protected override void Apply(SourceNode root)
    {
        var found = Field.FindIn(root);
        var places = found.ConvertAll(one => to.Meet(one.Frame, Field));
        foreach (var (one, (meets, _)) in found.Zip(places))
        {
            if (one.Frame.Lists != meets.Lists)
            {
                throw new TransformFailure($"'{Field.Text}' is in a list, and '{to.Text}' is not: a script can say what becomes of its values");
            }
        }

        foreach (var one in found)
        {
            one.Frame.Node.Members.Remove(one.Member);
            one.Frame.Node.MarkChanged();
        }

        // A name that occurs twice does so there as well.
        var put = new HashSet<SourceNode>();
        foreach (var (one, (meets, rest)) in found.Zip(places))
        {
            Placing.Put(meets.Node, rest, one.Member.Value, $"'{Field.Text}' cannot go to '{to.Text}'", put);
            put.Add(one.Member.Value);
        }
    }
}
