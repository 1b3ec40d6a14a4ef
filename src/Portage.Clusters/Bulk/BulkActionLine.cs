using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portage.Clusters.Bulk;

/// <summary>Writes the first line of an operation: <c>{"index":{"_index":"logs","_id":"1","routing":"x"}}</c>.</summary>
/// <remarks>Operations come in runs of one action and one index; the beginning of the line is kept from one to the next. Not thread-safe.</remarks>
internal sealed class BulkActionLine
{
    /// <summary>More than all that a line holds beside its names: keys, quotes, braces, a version, and a write.</summary>
    private const int FixedBytesMax = 192;

    // What JSON demands to be escaped (RFC 8259 §7), and nothing else.
    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(c => (char)c)));

    // A lone surrogate has no UTF-8; another id in its place would be a lie.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _beginning = [];
    private string? _index;
    private BulkAction _action;

    /// <summary>No line is longer.</summary>
    public int BytesMax(in BulkOperation operation)
    {
        Begin(operation);

        // Six bytes are the longest escape of one character: a backslash, a u and four digits.
        return _beginning.Length + FixedBytesMax + (6 * (operation.Id.Length + (operation.Routing?.Length ?? 0)));
    }

    /// <summary>Writes the line with its line end; returns its length.</summary>
    public int Write(in BulkOperation operation, Span<byte> into)
    {
        Begin(operation);
        _beginning.CopyTo(into);
        var at = _beginning.Length;
        at += WriteText(operation.Id, into[at..]);
        if (operation.Routing is { } routing)
        {
            at += Copy("\",\"routing\":\""u8, into[at..]);
            at += WriteText(routing, into[at..]);
        }

        into[at++] = (byte)'"';
        if (operation.ExternalVersion is { } version)
        {
            at += WriteNumber(",\"version\":"u8, version, into[at..]);
            at += Copy(operation.VersionRule == ExternalVersionRule.Higher ? ",\"version_type\":\"external\""u8 : ",\"version_type\":\"external_gte\""u8, into[at..]);
        }

        if (operation.Over is { } over)
        {
            at += WriteNumber(",\"if_seq_no\":"u8, over.SequenceNumber, into[at..]);
            at += WriteNumber(",\"if_primary_term\":"u8, over.PrimaryTerm, into[at..]);
        }

        return at + Copy("}}\n"u8, into[at..]);
    }

    private void Begin(in BulkOperation operation)
    {
        if (_action == operation.Action && (ReferenceEquals(_index, operation.Index) || _index == operation.Index))
        {
            return;
        }

        var word = operation.Action switch
        {
            BulkAction.Index => "{\"index\":{\"_index\":\""u8,
            BulkAction.Create => "{\"create\":{\"_index\":\""u8,
            BulkAction.Delete => "{\"delete\":{\"_index\":\""u8,
            _ => throw new UnreachableException($"{operation.Action}"),
        };
        _beginning = [.. word, .. EscapeText(operation.Index), .. "\",\"_id\":\""u8];
        (_action, _index) = (operation.Action, operation.Index);
    }

    private static int WriteNumber(ReadOnlySpan<byte> name, long number, Span<byte> into)
    {
        var at = Copy(name, into);
        Utf8Formatter.TryFormat(number, into[at..], out var digits);
        return at + digits;
    }

    private static int WriteText(string text, Span<byte> into) =>
        text.AsSpan().IndexOfAny(Escaped) < 0 ? Utf8.GetBytes(text, into) : Copy(EscapeText(text), into);

    private static ReadOnlySpan<byte> EscapeText(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;

    private static int Copy(ReadOnlySpan<byte> bytes, Span<byte> into)
    {
        bytes.CopyTo(into);
        return bytes.Length;
    }
}
