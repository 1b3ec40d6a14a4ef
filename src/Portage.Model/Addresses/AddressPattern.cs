using System.IO.Enumeration;

namespace Portage.Model.Addresses;

/// <summary>
/// Selects steps by address. <c>*</c> and <c>?</c> match within the text, so that <c>*:backfill</c> is every backfill;
/// a pattern without <c>:</c> selects a whole subtree, so that <c>securitylogs</c> is every step of that source and
/// <c>securitylogs/posts</c> every step of that slice.
/// </summary>
public sealed record AddressPattern
{
    /// <summary>Of what the user typed, or what a ledger holds; <c>&gt;</c>, as in addresses of earlier builds, is read as <c>@</c>.</summary>
    public AddressPattern(string text) => Text = text.Replace(StepAddress.OldSign, StepAddress.Sign);

    /// <summary>Selects every step.</summary>
    public static AddressPattern Everything { get; } = new("*");

    /// <summary>The pattern as one would type it today: those with the same text select the same.</summary>
    public string Text { get; }

    /// <summary>True when the pattern selects the step.</summary>
    public bool Matches(StepAddress address)
    {
        var text = address.ToString();
        if (Text.Contains(':', StringComparison.Ordinal))
        {
            return FileSystemName.MatchesSimpleExpression(Text, text, ignoreCase: false);
        }

        var scope = text[..text.LastIndexOf(':')];
        if (FileSystemName.MatchesSimpleExpression(Text, scope, ignoreCase: false))
        {
            return true;
        }

        // A prefix at a boundary is the subtree below it: "logs" holds "logs/posts@blue", not "logs2".
        for (var i = scope.Length - 1; i > 0; i--)
        {
            if (scope[i] is '/' or StepAddress.Sign && FileSystemName.MatchesSimpleExpression(Text, scope.AsSpan(0, i), ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
