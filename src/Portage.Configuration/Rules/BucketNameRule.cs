using System.Buffers;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// A bucket has a name that a store can have given it. Rules of Amazon S3 for general purpose buckets ("Bucket naming rules"): 3 to 63 of a-z 0-9 . -,
/// beginning and ending with a letter or digit, no two dots in a row, no IP address. Buckets from before March 2018 in us-east-1, and those of some
/// other stores, may have capitals, underscores and 255 characters: they are warned of only.
/// </summary>
public static class BucketNameRule
{
    /// <summary>What a bucket's name is, in words.</summary>
    public const string Expected = "expected 3 to 63 of a-z 0-9 . -, beginning and ending with a letter or digit";

    private const int LengthMin = 3;
    private const int LengthMax = 63;
    private const int OldLengthMax = 255;

    private static readonly SearchValues<char> Ever = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> Today = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>The name; null when it is reported as one that no store has.</summary>
    internal static string? Check(string text, ConfigPath path, Findings findings)
    {
        if (Impossible(text) is { } problem)
        {
            findings.Add(DiagnosticCatalog.BadBucketName.Error, path, $"{problem}; {Expected}.", command: Commands.Update(path));
            return null;
        }

        if (text.Length > LengthMax || text.AsSpan().ContainsAnyExcept(Today))
        {
            findings.Add(
                DiagnosticCatalog.BadBucketName.Warning,
                path,
                $"'{Words.Shown(text)}' {(text.Length > LengthMax ? $"has {text.Length} characters" : $"holds '{text[text.AsSpan().IndexOfAnyExcept(Today)]}'")}, as only old buckets and those of a few stores do; {Expected}.",
                command: Commands.Update(path));
        }

        return text;
    }

    /// <summary>What is wrong with a name that no store can have given; null where one can.</summary>
    public static string? Impossible(string text) => text switch
    {
        _ when text.StartsWith("s3://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("arn:", StringComparison.Ordinal) => $"'{Words.Shown(text)}' is the address of a bucket, not its name",
        _ when text.Contains('/', StringComparison.Ordinal) => $"'{Words.Shown(text)}' holds a '/': what stands before the repository's files in the bucket goes under 'prefix'",
        _ when text.AsSpan().IndexOfAnyExcept(Ever) is >= 0 and var bad => $"'{Words.Shown(text)}' holds {(text[bad] == ' ' ? "a blank" : $"'{Words.Shown(text[bad].ToString())}'")}, which no bucket's name does",
        { Length: < LengthMin } => $"'{Words.Shown(text)}' has {Words.Count(text.Length, "character")}",
        { Length: > OldLengthMax } => $"'{Words.Shown(text)}' has {text.Length} characters",
        _ when !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]) => $"'{Words.Shown(text)}' does not begin and end with a letter or digit",
        _ when text.Contains("..", StringComparison.Ordinal) => $"'{Words.Shown(text)}' holds two dots in a row",
        _ when text.Count(letter => letter == '.') == 3 && text.All(letter => letter == '.' || char.IsAsciiDigit(letter)) => $"'{Words.Shown(text)}' is an IP address",
        _ => null,
    };
}
