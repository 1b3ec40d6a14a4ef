using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portage.Engine.Operations;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>Where verbs reach the running controller: a Unix socket, one JSON line a request, one a result.</summary>
/// <remarks>
/// The socket lies in a folder of its own under the system's temporary folder, open to its owner only, because the path
/// of a socket may have about a hundred bytes and a home's path may be longer.
/// </remarks>
public sealed partial class ControlSocket : IAsyncDisposable
{
    // An operation carries a configuration at most; more is no request of ours.
    private const int RequestBytesMax = 64 * 1024 * 1024;

    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(1);

    private readonly Socket _listener;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly Func<Operation, CancellationToken, ValueTask<OperationResult>> _perform;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Task, bool> _answering = [];
    private readonly Task _accepting;

    private ControlSocket(Socket listener, string path, Func<Operation, CancellationToken, ValueTask<OperationResult>> perform, TimeProvider time, ILogger logger)
    {
        (_listener, _path, _perform, _time, _logger) = (listener, path, perform, time, logger);
        _accepting = AcceptAsync();
    }

    /// <summary>The path of a home's socket.</summary>
    public static string PathOf(Home home) =>
        Path.Combine(Path.GetTempPath(), $"portage-{Environment.UserName}", $"{Fingerprint.Of(home.Path).Hex[..16]}.sock");

    /// <summary>Listens. The caller holds the home's lock, so a socket that is there already belongs to nobody.</summary>
    public static ControlSocket Listen(Home home, Func<Operation, CancellationToken, ValueTask<OperationResult>> perform, TimeProvider time, ILogger logger)
    {
        var path = PathOf(home);
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // A folder that somebody else made there must not stay open to them.
        folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return new(listener, path, perform, time, logger);
    }

    /// <summary>True when there may be a controller that listens.</summary>
    public static bool MayListen(Home home) => File.Exists(PathOf(home));

    /// <summary>Sends an operation to the controller of a home.</summary>
    /// <returns>Its result; null when none listens, or when the answer was lost and nobody knows whether it was performed.</returns>
    public static async Task<(OperationResult? Result, bool WasSent)> SendAsync(Home home, Operation operation, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var wasSent = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathOf(home)), cancellationToken);
            wasSent = true;
            await using var stream = new NetworkStream(socket);
            var request = JsonSerializer.SerializeToUtf8Bytes(operation, OperationJson.Default.Operation);
            await stream.WriteAsync((byte[])[.. request, (byte)'\n'], cancellationToken);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return (await reader.ReadLineAsync(cancellationToken) is { } answer ? JsonSerializer.Deserialize(answer, OperationJson.Default.OperationResult) : null, wasSent);
        }
        catch (Exception e) when (e is SocketException or IOException or JsonException)
        {
            // Nobody listens, or the controller ended between request and answer: the caller looks who holds the lock.
            return (null, wasSent);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();

        // An answer that is on its way arrives; a request that nobody will answer any more is let go.
        await Task.WhenAny(Task.WhenAll(_answering.Keys), Task.Delay(AnswerGrace, _time));
        await _ending.CancelAsync();
        await _accepting;
        File.Delete(_path);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_ending.Token);
                var answer = AnswerAsync(client);
                _answering[answer] = true;
                _ = answer.ContinueWith(done => _answering.TryRemove(done, out var _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var request = await ReadLineAsync(stream, _ending.Token);
            var operation = JsonSerializer.Deserialize(request.Span, OperationJson.Default.Operation)!;
            var result = await _perform(operation, _ending.Token);
            await stream.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(result, OperationJson.Default.OperationResult), (byte)'\n'], _ending.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client went away, or the controller ends: the client sees a closed connection.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One bad request must not end the controller.
            LogBadRequest(e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadLineAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (line.Length < RequestBytesMax)
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new IOException("The client closed the connection within a request.");
            }

            line.Write(buffer, 0, count);
            if (buffer[count - 1] == '\n')
            {
                return line.ToArray();
            }
        }

        throw new IOException("The request is too large.");
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Error, Message = "A request to the controller broke.")]
    private partial void LogBadRequest(Exception defect);
}
