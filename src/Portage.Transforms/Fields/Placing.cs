using System.Text;
using Portage.Transforms.Json;

namespace Portage.Transforms.Fields;

/// <summary>Puts values where perhaps nothing is yet.</summary>
internal static class Placing
{
    /// <summary>Gives a field a value, in each object of a list on the way.</summary>
    /// <param name="rest">The path from here.</param>
    /// <param name="whole">The path, for messages.</param>
    public static void Set(SourceNode node, string rest, byte[] json, string whole)
    {
        if (node.IsList)
        {
            foreach (var item in node.Items)
            {
                Set(item, rest, json, whole);
            }

            return;
        }

        if (!node.IsObject)
        {
            throw new TransformFailure($"'{whole}' cannot be set: {JsonWords.Shown(node.Raw.Span)} is no object");
        }

        var path = Encoding.UTF8.GetBytes(rest);
        var isThere = false;
        foreach (var member in node.Members)
        {
            switch (FieldPath.Match(path, member.Name.Span))
            {
                case NameMatch.Whole:
                    isThere = true;
                    if (!member.Value.Raw.Span.SequenceEqual(json) || member.Value.IsChanged)
                    {
                        member.Value.Replace(json);
                    }

                    break;
                case NameMatch.Begins when member.Value.IsNull:
                    // As nothing at all.
                    isThere = true;
                    member.Value.Replace("{}"u8.ToArray());
                    Set(member.Value, Encoding.UTF8.GetString(path.AsSpan(member.Name.Length + 1)), json, whole);
                    break;
                case NameMatch.Begins:
                    isThere = true;
                    Set(member.Value, Encoding.UTF8.GetString(path.AsSpan(member.Name.Length + 1)), json, whole);
                    break;
            }
        }

        if (!isThere)
        {
            Make(node, rest, SourceNode.Made(json));
        }
    }

    /// <summary>Puts a value where nothing is.</summary>
    /// <param name="cannot">Begins the sentence that says why not.</param>
    /// <param name="beside">Values beside which it may stand under the same name.</param>
    public static void Put(SourceNode node, string rest, SourceNode value, string cannot, IReadOnlySet<SourceNode> beside)
    {
        var path = Encoding.UTF8.GetBytes(rest);
        foreach (var member in node.Members)
        {
            switch (FieldPath.Match(path, member.Name.Span))
            {
                case NameMatch.Whole when member.Value is { IsObject: true, IsChanged: true, Members.Count: 0 }:
                    // What it was moved out of, and had nothing else.
                    node.Take(member, value);
                    return;
                case NameMatch.Whole when !beside.Contains(member.Value):
                    throw new TransformFailure($"{cannot}: that is there already");
                case NameMatch.Begins when member.Value.IsObject:
                    Put(member.Value, Encoding.UTF8.GetString(path.AsSpan(member.Name.Length + 1)), value, cannot, beside);
                    return;
                case NameMatch.Begins:
                    throw new TransformFailure($"{cannot}: {JsonWords.Shown(member.Value.Raw.Span)} is no object");
            }
        }

        Make(node, rest, value);
    }

    private static void Make(SourceNode node, string rest, SourceNode value)
    {
        var names = rest.Split('.');
        foreach (var name in names[..^1])
        {
            var made = SourceNode.EmptyObject();
            node.Add(SourceMember.Made(name, made));
            node = made;
        }

        node.Add(SourceMember.Made(names[^1], value));
    }
}
