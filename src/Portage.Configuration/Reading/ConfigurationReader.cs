using System.Diagnostics.CodeAnalysis;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Rules;

namespace Portage.Configuration.Reading;

/// <summary>Reads what people write and what the ledger keeps.</summary>
public static class ConfigurationReader
{
    /// <summary>
    /// Reads YAML or JSON (comments and trailing commas allowed; JSON when the first thing in the text is a brace) and
    /// checks everything that can be checked without a network. Never stops at the first error, and never throws for
    /// what the text says. An empty text is an empty configuration.
    /// </summary>
    /// <param name="fileName">What diagnostics call the text; <c>standard input</c> where it is not a file.</param>
    public static ReadConfiguration Read(string text, string fileName)
    {
        var findings = new Findings(fileName);
        var tree = TextTree.Read(text, fileName, findings);
        return tree is null ? new(null, null, findings.InOrder()) : ReadTree(tree, findings);
    }

    /// <summary>
    /// Reads the canonical JSON that <see cref="Read"/> and the editor return, which passed every rule when it was
    /// stored; so the rules are not asked again. What this version cannot read any more is reported as by
    /// <see cref="Read"/>. A thousand slices cost a few milliseconds.
    /// </summary>
    public static ReadConfiguration ReadCanonical(string canonical)
    {
        var findings = new Findings(file: null);
        if (JsonTree.Read(canonical, findings, withPlaces: false) is not { } tree)
        {
            return new(null, null, findings.InOrder());
        }

        var config = new Binder(findings, checksValues: false).Bind(tree);
        return findings.AnyError ? ReadTree(tree, new(file: null)) : new(config, canonical, []);
    }

    /// <summary>Reads what is kept, as <see cref="ReadCanonical"/> does, and asks every rule again: they may have become stricter since.</summary>
    public static ReadConfiguration CheckCanonical(string canonical)
    {
        var findings = new Findings(file: null);
        return JsonTree.Read(canonical, findings, withPlaces: false) is { } tree ? ReadTree(tree, findings) : new(null, null, findings.InOrder());
    }

    /// <summary>Binds and checks a tree.</summary>
    internal static ReadConfiguration ReadTree(ConfigNode tree, Findings findings)
    {
        findings.Tree = tree;
        var config = new Binder(findings, checksValues: true).Bind(tree);
        foreach (var check in RuleList.Configuration)
        {
            check(config, findings);
        }

        return findings.AnyError
            ? new(null, null, findings.InOrder())
            : new(config, CanonicalJson.Write(config), findings.InOrder());
    }
}
