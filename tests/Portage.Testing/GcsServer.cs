using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portage.Testing;

/// <summary>
/// What speaks like the JSON API of Google Cloud Storage, as far as reading needs it, on a free loopback port: lists with pages, objects with
/// generations and ranges, tokens for accounts. Written from Google's reference of the API; there is no such server in npm or Debian.
/// </summary>
public sealed class GcsServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private long _generation = 1_700_000_000_000_000;

    private GcsServer(WebApplication application, string bucket) => (_application, Bucket) = (application, bucket);

    /// <summary>The one bucket that there is.</summary>
    public string Bucket { get; }

    /// <summary>As <c>http://127.0.0.1:PORT</c>.</summary>
    public string Endpoint => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Where tokens are given.</summary>
    public string Tokens => $"{Endpoint}/token";

    /// <summary>Who may come; with nobody the bucket is open to everybody.</summary>
    public IList<GcsAccount> Accounts { get; } = [];

    /// <summary>How many names one answer lists.</summary>
    public int PageSize { get; set; } = 1_000;

    /// <summary>What was asked, as <c>GET /storage/v1/b/… bytes=0-3</c>, in the order of arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Stands before all of it; null for nothing.</summary>
    public Func<HttpContext, RequestDelegate, Task>? Before { get; set; }

    /// <summary>Starts one.</summary>
    public static async Task<GcsServer> StartAsync(string bucket, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var server = new GcsServer(application, bucket);
        application.Run(context =>
        {
            server.Requests.Enqueue($"{context.Request.Method} {TargetOf(context)}{(context.Request.Headers.Range.ToString() is { Length: > 0 } range ? $" {range}" : "")}");
            return server.Before is { } before ? before(context, server.AnswerAsync) : server.AnswerAsync(context);
        });
        await application.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Writes an object, or another state of it.</summary>
    public void Put(string name, byte[] bytes) => _objects[name] = new(bytes, Interlocked.Increment(ref _generation));

    /// <summary>Writes every file of a folder, below a prefix.</summary>
    public void PutFolder(string prefix, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            Put($"{prefix}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllBytes(file));
        }
    }

    /// <summary>Answers as Google does where it does not: with an object <c>{"error"}</c>.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string reason, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { code = status, message, errors = new[] { new { message, domain = "global", reason } } } });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // Not decoded: a slash in a name and one between names are two things.
    private static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private Task AnswerAsync(HttpContext context)
    {
        var target = TargetOf(context).Split('?', 2)[0].Split('/');
        return target switch
        {
            ["", "token"] => GiveTokenAsync(context),
            ["", "storage", "v1", "b", var bucket, "o", .. var name] when name.Length < 2 => ShowAsync(context, Uri.UnescapeDataString(bucket), name is [var one] ? Uri.UnescapeDataString(one) : null),
            _ => NotFoundAsync(context, "Not Found"),
        };
    }

    private async Task GiveTokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var token = form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" ? Accounts.Select(account => account.Give(form["assertion"].ToString())).FirstOrDefault(given => given is not null) : null;
        context.Response.StatusCode = token is null ? 400 : 200;
        await (token is null
            ? context.Response.WriteAsJsonAsync(new { error = "invalid_grant", error_description = "Invalid JWT Signature." })
            : context.Response.WriteAsJsonAsync(new { access_token = token, expires_in = 3599, token_type = "Bearer" }));
    }

    private Task ShowAsync(HttpContext context, string bucket, string? name)
    {
        var right = name is null ? "storage.objects.list" : "storage.objects.get";
        if (Accounts.Count > 0)
        {
            var login = context.Request.Headers.Authorization.ToString();
            var account = Accounts.FirstOrDefault(account => account.Token is { } token && login == $"Bearer {token}");
            if (account is null or { MayRead: false })
            {
                return account is not null ? RefuseAsync(context, 403, "forbidden", $"{account.Mail} does not have {right} access to the Google Cloud Storage bucket. Permission '{right}' denied on resource (or it may not exist).")
                    : login.Length > 0 ? RefuseAsync(context, 401, "authError", "Invalid Credentials")
                    : RefuseAsync(context, 401, "required", $"Anonymous caller does not have {right} access to the Google Cloud Storage bucket. Permission '{right}' denied on resource (or it may not exist).");
            }
        }

        return bucket != Bucket ? NotFoundAsync(context, "The specified bucket does not exist.")
            : name is null ? ListAsync(context)
            : !_objects.TryGetValue(name, out var found) ? NotFoundAsync(context, $"No such object: {bucket}/{name}")
            : context.Request.Query["alt"] == "media" ? ReadAsync(context, found)
            : context.Response.WriteAsJsonAsync(new { size = found.Bytes.Length.ToString(CultureInfo.InvariantCulture) });
    }

    private Task ListAsync(HttpContext context)
    {
        var query = QueryHelpers.ParseQuery(context.Request.QueryString.Value);
        string Said(string key) => query.TryGetValue(key, out var value) ? value.ToString() : "";
        var (prefix, delimiter, after) = (Said("prefix"), Said("delimiter"), Said("pageToken"));

        // What lies deeper is one name for all of it, and counts as one.
        var found = _objects.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal))
            .GroupBy(one => delimiter.Length > 0 && one.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var end ? one.Key[..(end + delimiter.Length)] : one.Key, StringComparer.Ordinal)
            .Where(one => string.CompareOrdinal(one.Key, after) > 0).OrderBy(one => one.Key, StringComparer.Ordinal).ToArray();
        var page = found.Take(PageSize).ToArray();
        var answer = new Dictionary<string, object>();
        if (page.Where(one => !one.Key.EndsWith('/')).Select(one => new { name = one.Key, size = one.Single().Value.Bytes.Length.ToString(CultureInfo.InvariantCulture) }).ToArray() is { Length: > 0 } items)
        {
            answer["items"] = items;
        }

        if (page.Length < found.Length)
        {
            answer["nextPageToken"] = page[^1].Key;
        }

        return context.Response.WriteAsync(JsonSerializer.Serialize(answer));
    }

    private static async Task ReadAsync(HttpContext context, Stored found)
    {
        if (context.Request.Query["ifGenerationMatch"].ToString() is { Length: > 0 } wanted && wanted != found.Generation.ToString(CultureInfo.InvariantCulture))
        {
            await RefuseAsync(context, 412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
            return;
        }

        var (from, to, whole) = (0L, found.Bytes.Length - 1L, found.Bytes.Length);
        if (context.Request.GetTypedHeaders().Range?.Ranges.SingleOrDefault() is { } range)
        {
            if (range.From >= whole)
            {
                context.Response.Headers.ContentRange = $"bytes */{whole}";
                await RefuseAsync(context, 416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
                return;
            }

            (from, to) = (range.From!.Value, Math.Min(range.To!.Value, to));
            (context.Response.StatusCode, context.Response.Headers.ContentRange) = (206, $"bytes {from}-{to}/{whole}");
        }

        context.Response.Headers["x-goog-generation"] = found.Generation.ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = to - from + 1;
        await context.Response.Body.WriteAsync(found.Bytes.AsMemory((int)from, (int)(to - from + 1)), context.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext context, string message) => RefuseAsync(context, 404, "notFound", message);

    private sealed record Stored(byte[] Bytes, long Generation);
}
