using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Services;
using Google.Apis.Storage.v1;
using Google.Apis.Util;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Repositories.Gcs;

/// <summary>Makes clients of Google Cloud Storage.</summary>
internal static class GcsClients
{
    /// <summary>Until an answer begins, and until it ends. Windows are a MiB or so: whatever takes longer is asked for from where it was.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What Google refuses for a moment (503, a lost connection) is tried this often again, after longer and longer pauses.
    private const int RetriesMax = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    // As long as an old address of the store is gone on with.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    /// <param name="time">Measures patience. Pauses between tries are the client's own.</param>
    /// <exception cref="FormatException">What is given to log in with is not of its form. Says nothing of its value.</exception>
    /// <exception cref="InvalidOperationException">The environment has nothing to log in with.</exception>
    public static async Task<StorageService> OfAsync(GcsLocation location, TimeProvider time, CancellationToken cancellationToken)
    {
        var service = new StorageService(new BaseClientService.Initializer
        {
            ApplicationName = "Portage",
            BaseUri = location.Endpoint is { } endpoint ? $"{endpoint.ToString().TrimEnd('/')}/storage/v1/" : null,
            HttpClientFactory = new Transport(time),
            HttpClientInitializer = await LoginAsync(location.Login, cancellationToken),
            HttpClientTimeout = Patience * (RetriesMax + 1),
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,

            // Of a compressed answer, lengths and ranges are those of the compressed form.
            GZipEnabled = false,
        });
        var tries = new BackOffHandler(new BackOffHandler.Initializer(new Pauses())
        {
            MaxTimeSpan = PauseMax,
            HandleUnsuccessfulResponseFunc = answer => RemoteFailures.IsTransient(answer.StatusCode),
            HandleExceptionFunc = lost => lost is HttpRequestException or IOException or TimeoutException && !RemoteFailures.IsOfTrust(lost),
        });
        var handler = service.HttpClient.MessageHandler;
        handler.NumTries = RetriesMax + 1;
        handler.AddUnsuccessfulResponseHandler(tries);
        handler.AddExceptionHandler(tries);

        // The login would go along to wherever it leads, and Google leads nowhere.
        handler.FollowRedirect = false;
        return service;
    }

    private static async Task<IConfigurableHttpClientInitializer?> LoginAsync(GcsLogin login, CancellationToken cancellationToken) => login switch
    {
        GcsLogin.Anonymous => null,
        GcsLogin.Key key => Scoped(KeyOf(key.Json)),
        _ => Scoped(await GoogleCredential.GetApplicationDefaultAsync(cancellationToken)),
    };

    // Nothing is ever written: what asks for more could do more if it fell into other hands.
    private static GoogleCredential Scoped(GoogleCredential credential) => credential.CreateScoped(StorageService.Scope.DevstorageReadOnly);

    private static GoogleCredential KeyOf(string json)
    {
        try
        {
            return CredentialFactory.FromJson<ServiceAccountCredential>(json).ToGoogleCredential();
        }
        catch (Exception unlike) when (unlike is not OperationCanceledException)
        {
            // Whatever the parsers of JSON and of keys throw; their words may repeat what they were given.
            throw new FormatException("a key of a service account: the JSON file as Google gives it, with \"type\": \"service_account\"");
        }
    }

    private sealed class Pauses : IBackOff
    {
        public int MaxNumOfRetries => RetriesMax;

        public TimeSpan GetNextBackOff(int currentRetry) => FirstPause * (1 << (currentRetry - 1)) is var pause && pause < PauseMax ? pause : PauseMax;
    }

    private sealed class Transport(TimeProvider time) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new PatientHandler(time, new SocketsHttpHandler
        {
            ConnectTimeout = ConnectPatience,
            PooledConnectionLifetime = ConnectionLife,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Each try has its own patience: an address that swallows what it is sent would else hold up all of them.</summary>
    private sealed class PatientHandler(TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var patience = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                return await base.SendAsync(request, either.Token);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException("no answer in time", late);
            }
        }
    }
}
