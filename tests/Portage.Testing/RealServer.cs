using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Portage.Testing;

/// <summary>
/// A real server out of <c>PORTAGE_SERVERS</c> or <c>../shared/servers</c>, on a free loopback port with a temporary data
/// folder. It is stopped when disposed, and by the kernel when the test process dies.
/// </summary>
public sealed class RealServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TempFolder? _ownData;
    private readonly TaskCompletionSource _disposed;

    private RealServer(Process process, int port, string data, TempFolder? ownData, TaskCompletionSource disposed) =>
        (_process, Port, Data, _ownData, _disposed) = (process, port, data, ownData, disposed);

    /// <summary>The loopback port it answers on.</summary>
    public int Port { get; }

    /// <summary>Its data folder; file repositories may lie below <c>repos</c>.</summary>
    public string Data { get; }

    /// <summary>Its address.</summary>
    public string Endpoint => $"http://127.0.0.1:{Port}";

    /// <summary>Elasticsearch 7.10.2.</summary>
    public static Task<RealServer> ElasticsearchAsync(CancellationToken cancellationToken, string? repositories = null, string? data = null, params string[] settings) =>
        StartAsync("elasticsearch-7.10", repositories, data, settings, cancellationToken);

    /// <summary>OpenSearch 2.19.1.</summary>
    public static Task<RealServer> OpenSearchAsync(CancellationToken cancellationToken, string? repositories = null, string? data = null, params string[] settings) =>
        StartAsync("opensearch-2", repositories, data, settings, cancellationToken);

    /// <summary>S3Proxy: each folder of its data is a bucket, each file below it an object. Key <c>portage</c>, secret <c>portage-secret</c>, paths for buckets.</summary>
    public static Task<RealServer> S3Async(CancellationToken cancellationToken, string? data = null) =>
        StartAsync("s3", null, data, [], cancellationToken);

    /// <summary>Azurite, which speaks like Azure Blob Storage, out of npm: installed once below the user's cache. Keeps all in memory. See <see cref="AzureObjects"/>.</summary>
    public static async Task<RealServer> AzureAsync(CancellationToken cancellationToken)
    {
        var main = await AzureObjects.InstallAsync(cancellationToken);
        var data = new TempFolder();
        var start = Tied(["node", main, "--blobPort", "0", "--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"]);
        start.WorkingDirectory = data.Path;
        start.Environment["AZURITE_ACCOUNTS"] = $"{AzureObjects.Account}:{AzureObjects.Key}";
        const string Ready = "successfully listens on http://127.0.0.1:";
        return await StartAsync("azurite", start, line => line.IndexOf(Ready, StringComparison.Ordinal) is >= 0 and var at ? line[(at + Ready.Length)..] : null, data.Path, data, cancellationToken);
    }

    /// <summary>Sends SIGKILL and waits until it is gone; the data folder stays.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _disposed.TrySetResult();
        _process.Dispose();
        _ownData?.Dispose();
    }

    /// <summary>
    /// Starts a process on a thread of its own that lasts until <paramref name="disposed"/>: the kernel's signal comes when
    /// the starting *thread* ends (prctl(2), PR_SET_PDEATHSIG), and those of the pool end when they are idle.
    /// </summary>
    private static Task<Process> StartAsync(ProcessStartInfo start, Task disposed)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                started.SetResult(Process.Start(start) ?? throw new InvalidOperationException($"Could not start {start.FileName}."));
                disposed.Wait();
            }
            catch (Exception e) when (!started.Task.IsCompleted)
            {
                started.SetException(e);
            }
        }) { IsBackground = true, Name = "starter of a server" };
        thread.Start();
        return started.Task;
    }

    private static async Task<RealServer> StartAsync(string folder, string? repositories, string? data, string[] settings, CancellationToken cancellationToken)
    {
        var servers = Checkout.Shared("PORTAGE_SERVERS", "servers");
        if (servers is null)
        {
            Assert.Skip("No real servers: neither PORTAGE_SERVERS nor ../shared/servers exists.");
        }

        var ownData = data is null ? new TempFolder() : null;
        data ??= ownData!.Path;
        var start = Tied([Path.Combine(servers, folder, "start"), "0", data, .. settings]);
        if (repositories is not null)
        {
            start.Environment["REPOS"] = repositories;
        }

        const string Ready = "started ";
        return await StartAsync(folder, start, line => line.StartsWith(Ready, StringComparison.Ordinal) ? line[Ready.Length..] : null, data, ownData, cancellationToken);
    }

    /// <summary>The kernel ends the server with the test process, however that ends.</summary>
    private static ProcessStartInfo Tied(string[] command)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["--pdeathsig", "TERM", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <param name="portIn">The port that a line of its output names; null for a line that does not say that it is ready.</param>
    private static async Task<RealServer> StartAsync(string name, ProcessStartInfo start, Func<string, string?> portIn, string data, TempFolder? ownData, CancellationToken cancellationToken)
    {
        var disposed = new TaskCompletionSource();
        var process = await StartAsync(start, disposed.Task);
        process.StandardInput.Close();
        var output = new StringBuilder();
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
            {
                return;
            }

            lock (output)
            {
                output.AppendLine(line.Data);
            }

            if (portIn(line.Data) is { } ready)
            {
                port.TrySetResult(int.Parse(ready, CultureInfo.InvariantCulture));
            }
        }

        process.OutputDataReceived += Read;
        process.ErrorDataReceived += Read;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => port.TrySetException(new InvalidOperationException($"{name} ended before it was ready:\n{output}"));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process, await port.Task.WaitAsync(cancellationToken), data, ownData, disposed);
    }
}
