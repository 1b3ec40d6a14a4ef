using System.ComponentModel;
using System.Diagnostics;
using Azure.Storage;
using Azure.Storage.Blobs;
using Xunit;

namespace Portage.Testing;

/// <summary>Gets Azurite out of npm, and puts blobs into it.</summary>
public static class AzureObjects
{
    /// <summary>The account of that server.</summary>
    public const string Account = "portage";

    private const string Version = "3.37.0";

    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>The account's key.</summary>
    public static string Key { get; } = Convert.ToBase64String("portage-secret"u8);

    /// <summary>The address of the account's blobs on a server of <see cref="RealServer.AzureAsync"/>.</summary>
    public static string EndpointOf(RealServer server) => $"{server.Endpoint}/{Account}";

    /// <summary>A connection string of the account.</summary>
    public static string ConnectionStringOf(RealServer server) => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={EndpointOf(server)};";

    /// <summary>A client of a container.</summary>
    public static BlobContainerClient Container(RealServer server, string name) => new(new($"{EndpointOf(server)}/{name}"), new StorageSharedKeyCredential(Account, Key));

    /// <summary>Makes a container and fills it.</summary>
    public static async Task FillAsync(RealServer server, string container, IEnumerable<KeyValuePair<string, byte[]>> blobs, CancellationToken cancellationToken)
    {
        var client = Container(server, container);
        await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(blobs, cancellationToken, async (one, token) => await client.GetBlobClient(one.Key).UploadAsync(new BinaryData(one.Value), overwrite: true, token));
    }

    /// <summary>Where Azurite's program is; skips the test where it cannot be had.</summary>
    internal static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        // Outside of the checkout: it is large, and all checkouts of a machine share it.
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Path.Combine(cache, "portage-tests", $"azurite-{Version}");
        var main = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        await Installing.WaitAsync(cancellationToken);
        try
        {
            if (!File.Exists(main))
            {
                // Beside it first: what is there under the name is whole, also where two test runs install at once.
                var half = $"{folder}.{Environment.ProcessId}";
                await RunNpmAsync(half, cancellationToken);
                try
                {
                    Directory.Move(half, folder);
                }
                catch (IOException) when (File.Exists(main))
                {
                    Directory.Delete(half, recursive: true);
                }
            }
        }
        finally
        {
            Installing.Release();
        }

        return main;
    }

    private static async Task RunNpmAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"azurite@{Version}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process npm;
        try
        {
            npm = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"No server that speaks like Azure: it comes from npm, and npm cannot be started ({missing.Message}).");
            return;
        }

        using (npm)
        {
            var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                Directory.Delete(folder, recursive: true);
                Assert.Skip($"No server that speaks like Azure: npm install azurite@{Version} ended with {npm.ExitCode}: {said[1].Trim()}");
            }
        }
    }
}
