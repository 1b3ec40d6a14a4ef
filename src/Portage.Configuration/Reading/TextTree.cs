namespace Portage.Configuration.Reading;

/// <summary>Tells JSON from YAML.</summary>
internal static class TextTree
{
    /// <summary>The text as a tree; null, with findings, when it is neither.</summary>
    public static ConfigNode? Read(string text, string fileName, Findings findings)
    {
        text = text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;
        if (!BeginsWithBrace(text))
        {
            return YamlTree.Read(text, findings);
        }

        var asJson = new Findings(fileName);
        if (JsonTree.Read(text, asJson, withPlaces: true) is { } json)
        {
            asJson.CopyTo(findings);
            return json;
        }

        // {a: b} is YAML too. Where neither reads it, it was probably meant as JSON.
        var asYaml = new Findings(fileName);
        if (!fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && YamlTree.Read(text, asYaml) is { } yaml)
        {
            asYaml.CopyTo(findings);
            return yaml;
        }

        asJson.CopyTo(findings);
        return null;
    }

    private static bool BeginsWithBrace(string text)
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
                return rest[0] == '{';
            }

            var end = text.IndexOf(comment, i + 1, StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            i = end + comment.Length - 1;
        }

        return false;
    }
}
