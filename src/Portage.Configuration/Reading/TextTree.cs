namespace Portage.Configuration.Reading;

/// <summary>Tells JSON from YAML.</summary>
internal static class TextTree
{
    /// <summary>The text as a tree; null, with findings, when it is neither.</summary>
    public static ConfigNode? Read(string text, string fileName, Findings findings)
    {
        text = text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;
        var brace = FirstBrace(text);
        if (brace < 0)
        {
            return YamlTree.Read(text, findings);
        }

        var asJson = new Findings(fileName);
        if (JsonTree.Read(text, asJson, withPlaces: true) is { } json)
        {
            asJson.CopyTo(findings);
            return json;
        }

        var asYaml = new Findings(fileName);
        if (fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            asJson.CopyTo(findings);
            return null;
        }

        if (YamlTree.Read(text, asYaml) is { } yaml)
        {
            asYaml.CopyTo(findings);
            return yaml;
        }

        // {a: b} is YAML too. Where neither reads it, a quote after the brace tells what was meant.
        (text.AsSpan(brace + 1).TrimStart() is [] or ['"' or '}' or '/', ..] ? asJson : asYaml).CopyTo(findings);
        return null;
    }

    /// <summary>Where the text begins with a brace, comments aside; -1 where it begins with something else.</summary>
    private static int FirstBrace(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                continue;
            }

            var rest = text.AsSpan(i);
            var comment = rest.StartsWith("/*", StringComparison.Ordinal) ? "*/"
                : rest.StartsWith("//", StringComparison.Ordinal) || rest[0] == '#' ? "\n"
                : null;
            if (comment is null)
            {
                return rest[0] == '{' ? i : -1;
            }

            var end = text.IndexOf(comment, i + 1, StringComparison.Ordinal);
            if (end < 0)
            {
                return -1;
            }

            i = end + comment.Length - 1;
        }

        return -1;
    }
}
