using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Portage.Snapshots.Repositories.Azure;

/// <summary>Makes clients of containers.</summary>
internal static class AzureClients
{
    // What Azure refuses for a moment (503 ServerBusy, a lost connection) is tried this often again, after longer and longer pauses.
    private const int RetriesMax = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(20);

    // Until the answer begins. Windows are a MiB or so: whatever takes longer is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="FormatException">What is given to log in with is not of its form, or of another account or endpoint than the location's. Says nothing of its value.</exception>
    public static BlobContainerClient Of(AzureLocation location)
    {
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = RetriesMax, Mode = RetryMode.Exponential, Delay = FirstPause, MaxDelay = PauseMax, NetworkTimeout = Patience },
            Diagnostics = { IsLoggingEnabled = false, IsTelemetryEnabled = false, IsDistributedTracingEnabled = false },
        };
        return location.Login switch
        {
            AzureLogin.Anonymous => new(location.ContainerUri, options),
            AzureLogin.Key key => new(location.ContainerUri, KeyOf(location.Account, key.Value), options),
            AzureLogin.Sas sas => new(location.ContainerUri, new AzureSasCredential(sas.Token.TrimStart('?')), options),
            AzureLogin.ConnectionString text => OfConnectionString(location, text.Value, options),

            // Only here: what looks for identities is large, and asks around.
            _ => new(location.ContainerUri, new DefaultAzureCredential(), options),
        };
    }

    private static StorageSharedKeyCredential KeyOf(string account, string key) =>
        Convert.TryFromBase64String(key, new byte[key.Length], out _) ? new(account, key) : throw new FormatException("a key of the account, in base 64");

    private static BlobContainerClient OfConnectionString(AzureLocation location, string text, BlobClientOptions options)
    {
        BlobContainerClient client;
        try
        {
            client = new(text, location.Container, options);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException("DefaultEndpointsProtocol=https;AccountName=ACCOUNT;AccountKey=KEY, as Azure shows it", failure);
        }

        return client.AccountName == location.Account && (location.Endpoint is null || client.Uri == location.ContainerUri) ? client
            : throw new FormatException($"a connection string of the account '{location.Account}'{(location.Endpoint is null ? "" : $" at {location.Endpoint}")}; it is of '{client.AccountName}' at {client.Uri.GetLeftPart(UriPartial.Authority)}");
    }
}
