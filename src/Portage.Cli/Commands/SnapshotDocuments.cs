using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Portage.Cli.Shell;
using Portage.Engine.Ports;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Reading;

namespace Portage.Cli.Commands;

/// <summary>The documents of a snapshot as JSON lines; what cannot be read is named on standard error.</summary>
internal static class SnapshotDocuments
{
    private const int FlushBytes = 256 * 1024;
    private const int PieceBytes = 64 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <returns>The exit code: 1 when something could not be read.</returns>
    public static async Task<int> WriteAsync(Verb verb, Snapshot snapshot, string[] patterns, CancellationToken cancellationToken)
    {
        IndexPattern[] selected;
        try
        {
            selected = [.. patterns.Select(pattern => new IndexPattern(pattern))];
        }
        catch (ArgumentException e)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"--index: {e.Message}"));
            return ExitCode.BadInput;
        }

        var names = snapshot.IndexNames.Where(name => selected.Length == 0 || selected.Any(pattern => pattern.Matches(name))).ToArray();
        if (names.Length == 0)
        {
            verb.Say(DiagnosticCatalog.IndexNotFound.Error(null, $"No index of snapshot '{snapshot.Name}' matches {string.Join(", ", patterns)}; it has {string.Join(", ", snapshot.IndexNames)}.") with { DidYouMean = patterns.Length == 1 ? DidYouMean.Among(patterns[0], snapshot.IndexNames) : null });
            return ExitCode.Failed;
        }

        var isWhole = true;

        // The process's own stream: the text writer would encode every line again.
        await using var output = Console.OpenStandardOutput();
        foreach (var name in names)
        {
            var index = await TryAsync(verb, () => snapshot.OpenIndexAsync(name, cancellationToken).AsTask());
            if (index is null)
            {
                isWhole = false;
                continue;
            }

            isWhole &= await WriteIndexAsync(verb, index, output, cancellationToken);
        }

        return isWhole ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<bool> WriteIndexAsync(Verb verb, IndexSnapshot index, Stream output, CancellationToken cancellationToken)
    {
        var isWhole = true;
        var withoutSource = 0L;
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            var opened = number;
            if (await TryAsync(verb, () => index.OpenShardAsync(opened, cancellationToken).AsTask()) is not { } shard)
            {
                isWhole = false;
                continue;
            }

            var buffer = new ArrayBufferWriter<byte>(FlushBytes * 2);
            async ValueTask FlushAsync()
            {
                if (buffer.WrittenCount >= FlushBytes)
                {
                    await WriteAsync(output, buffer.WrittenMemory, cancellationToken);
                    buffer.ResetWrittenCount();
                }
            }

            try
            {
                await using var json = new Utf8JsonWriter(buffer, Options);
                await using var reader = await shard.OpenReaderAsync(0, cancellationToken);
                while (await reader.MoveNextAsync(cancellationToken))
                {
                    withoutSource += reader.Current.Source is null ? 1 : 0;
                    WriteHead(json, reader.Current);
                    await WriteSourceAsync(json, reader.Current, FlushAsync);
                    json.WriteEndObject();
                    json.Flush();
                    json.Reset();
                    buffer.Write("\n"u8);
                    await FlushAsync();
                }
            }
            catch (RepositoryException failure)
            {
                isWhole = false;
                verb.Say(SnapshotAccess.Describe(failure, null));
            }

            await WriteAsync(output, buffer.WrittenMemory, cancellationToken);
        }

        if (withoutSource > 0)
        {
            isWhole = false;
            verb.Say(DiagnosticCatalog.NoSource.Error(null, $"{withoutSource:N0} {(withoutSource == 1 ? "document" : "documents")} of {index.Name} {(withoutSource == 1 ? "has" : "have")} no stored source{(index.SourceStorage.Reason is { } reason ? $": {reason}" : "")}."));
        }

        return isWhole;
    }

    private static async Task WriteAsync(Stream output, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // A write to a pipe that nobody reads at the moment (a pager) does not end by itself on Ctrl-C.
        await output.WriteAsync(bytes, cancellationToken).AsTask().WaitAsync(cancellationToken);
    }

    private static void WriteHead(Utf8JsonWriter json, SourceDocument document)
    {
        json.WriteStartObject();
        json.WriteString("index", document.Index);
        if (document.Type is { } type)
        {
            json.WriteString("type", type);
        }

        json.WriteString("id", document.Id);
        json.WriteString("routing", document.Routing);
        json.WriteString("parent", document.Parent);
        foreach (var (name, time) in ((string, long?)[])[("timestamp", document.Timestamp), ("expiry", document.Expiry)])
        {
            if (time is { } milliseconds)
            {
                json.WriteNumber(name, milliseconds);
            }
        }
    }

    /// <summary>A piece at a time: escaped as a whole, a large one takes several times its own size.</summary>
    /// <param name="flush">Sends what is written, where that is much by now.</param>
    private static async ValueTask WriteSourceAsync(Utf8JsonWriter json, SourceDocument document, Func<ValueTask> flush)
    {
        if (document.Source is not { } source)
        {
            json.WriteNull("source");
            return;
        }

        if (!SourceJson.TryConvert(source, document.Format, out var text, out _) || !Utf8.IsValid(text.Span))
        {
            json.WriteBase64String("sourceBase64", source.Span);
            return;
        }

        json.WritePropertyName("source");
        for (var at = 0; ; at += PieceBytes)
        {
            var piece = text.Span[at..Math.Min(text.Length, at + PieceBytes)];
            json.WriteStringValueSegment(piece, isFinalSegment: at + piece.Length == text.Length);
            if (at + piece.Length == text.Length)
            {
                return;
            }

            json.Flush();
            await flush();
        }
    }

    private static async Task<T?> TryAsync<T>(Verb verb, Func<Task<T>> open)
        where T : class
    {
        try
        {
            return await SnapshotAccess.TryAsync(null, open);
        }
        catch (StepException failure)
        {
            verb.Say(failure.Because);
            return null;
        }
    }
}
