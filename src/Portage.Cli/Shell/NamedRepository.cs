using System.CommandLine;
using System.CommandLine.Parsing;
using Portage.Configuration;
using Portage.Configuration.Rules;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Cli.Shell;

/// <summary>A repository as it is named on the command line: a folder, or the address of a store with the way there.</summary>
internal sealed class NamedRepository
{
    private const string Folder = "a folder";
    private const string S3 = "s3";
    private const string Azure = "azure";
    private const string Gcs = "gs";
    private const string Http = "http";

    private readonly Option<string> _place = new("--repository", "-r") { Description = "The folder of the repository, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, azure://ACCOUNT/CONTAINER/PREFIX, or http(s)://HOST/PATH.", Required = true, Recursive = true, HelpName = "PLACE" };
    private readonly Option<string?> _endpoint = new("--endpoint") { Description = "s3, gs, azure: address of the store. Default: that of AWS, of Google, or of the account.", Recursive = true, HelpName = "URL" };
    private readonly Option<string?> _region = new("--region") { Description = "s3: region of the bucket. Default: that of the environment, else us-east-1.", Recursive = true, HelpName = "REGION" };
    private readonly Option<bool?> _pathStyle = new("--path-style") { Description = "s3: true where the bucket is named in the path of an address, false where it is in the name of the host. Default: true with an endpoint, else false.", Recursive = true, HelpName = "true|false" };
    private readonly Option<string?> _keys = new("--keys") { Description = "Name of a secret to log in with. s3: it holds ACCESS_KEY:SECRET_KEY, and :SESSION_TOKEN where they are temporary; gs: the key file of a service account; azure: a key of the account; http: USER:PASSWORD. Default: what the environment has; http: no login.", Recursive = true, HelpName = "SECRET" };
    private readonly Option<string?> _token = new("--token") { Description = "Name of a secret that holds a token. azure: a shared access signature; http: it is sent after 'Bearer '.", Recursive = true, HelpName = "SECRET" };
    private readonly Option<bool> _anonymous = new("--anonymous") { Description = "s3, gs, azure: log in with nothing.", Recursive = true };
    private readonly Option<string?> _caFile = new("--ca-file") { Description = "http: PEM file with the authorities to trust. Default: the system's.", Recursive = true, HelpName = "FILE" };
    private readonly Option<bool> _allowInsecure = new("--allow-insecure") { Description = "http: accept any certificate.", Recursive = true };
    private readonly Option<bool> _allowRedirects = new("--allow-redirects") { Description = "http: go where the server leads, to other hosts too; the login is not sent there.", Recursive = true };

    // For which stores each is.
    private readonly (Option Option, string[] For)[] _ways;

    public NamedRepository() => _ways =
    [
        (_endpoint, [S3, Gcs, Azure]),
        (_region, [S3]),
        (_pathStyle, [S3]),
        (_keys, [S3, Gcs, Azure, Http]),
        (_token, [Azure, Http]),
        (_anonymous, [S3, Gcs, Azure]),
        (_caFile, [Http]),
        (_allowInsecure, [Http]),
        (_allowRedirects, [Http]),
    ];

    /// <summary>Gives a command, and those below it, which must be there already, the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_place);
        foreach (var (option, _) in _ways)
        {
            command.Options.Add(option);
        }

        foreach (var subcommand in command.Subcommands)
        {
            subcommand.Validators.Add(Check);
        }
    }

    /// <exception cref="StepException">It cannot be read.</exception>
    public Task<SnapshotRepository> OpenAsync(Verb verb, CancellationToken cancellationToken) =>
        SnapshotAccess.TryAsync(null, async () => await SnapshotRepository.OpenAsync(await RepositoryStores.OpenAsync(ConfigOf(verb.Parsed), null, verb.Secrets, cancellationToken), cancellationToken));

    private void Check(CommandResult result)
    {
        if (result.GetResult(_place) is not { Implicit: false, Tokens: [var token] })
        {
            return;
        }

        var (kind, parts) = Split(token.Value);
        var given = _ways.Where(way => result.GetResult(way.Option) is { Implicit: false }).ToArray();
        if (given.FirstOrDefault(way => !way.For.Contains(kind)) is { Option: { } other } way)
        {
            result.AddError($"{other.Name} is for a repository {string.Join(" or ", way.For.Select(Named))}; '{Shown(kind, token.Value)}' is {(kind == Folder ? Folder : "of another kind")}.");
        }
        else if (kind is S3 or Gcs && parts[0].Length == 0)
        {
            result.AddError($"'{token.Value}' names no bucket; expected {kind}://BUCKET or {kind}://BUCKET/PREFIX.");
        }
        else if (kind is S3 && BucketNameRule.Impossible(parts[0]) is { } problem)
        {
            result.AddError($"--repository names no bucket that there can be: {problem}; {BucketNameRule.Expected}.");
        }
        else if (kind == Azure && (parts[0].Length == 0 || parts[1].Length == 0))
        {
            result.AddError($"'{token.Value}' names no container; expected azure://ACCOUNT/CONTAINER or azure://ACCOUNT/CONTAINER/PREFIX.");
        }
        else if (kind == Http && !IsAddress(token.Value))
        {
            // Not shown: it may hold a password.
            result.AddError("--repository expects the address of a folder: http:// or https://, a host and a path, and no login, query or fragment. A login is given by --keys.");
        }
        else if (((Option[])[_keys, _token, _anonymous]).Where(login => given.Any(way => way.Option == login)).ToArray() is [var first, var second, ..])
        {
            result.AddError($"{first.Name} and {second.Name} exclude each other.");
        }
        else if (((Option<string?>[])[_keys, _token]).FirstOrDefault(login => result.GetValue(login) is { } secret && !StepAddress.IsName(secret)) is { } login)
        {
            result.AddError($"{login.Name} expects the name of a secret, as workflow credentials create makes it; never its value.");
        }
        else if (result.GetValue(_endpoint) is { } endpoint && !IsAddress(endpoint))
        {
            // Not shown: it may hold a password.
            result.AddError("--endpoint expects the address of a store: http:// or https://, a host and perhaps a port, and no login.");
        }
        else if (result.GetValue(_allowInsecure) && result.GetValue(_caFile) is not null)
        {
            result.AddError("--ca-file and --allow-insecure exclude each other.");
        }
    }

    private RepositoryConfig ConfigOf(ParseResult parsed)
    {
        var place = parsed.GetValue(_place)!;
        var (kind, parts) = Split(place);
        var (keys, token) = (SecretOf(parsed.GetValue(_keys)), SecretOf(parsed.GetValue(_token)));
        var anonymous = parsed.GetValue(_anonymous) ? new NoAuthConfig() : null;
        return kind switch
        {
            S3 => new()
            {
                S3 = new()
                {
                    Bucket = parts[0],
                    Prefix = parts[1],
                    Region = parsed.GetValue(_region),
                    Endpoint = parsed.GetValue(_endpoint),
                    PathStyle = parsed.GetValue(_pathStyle),
                    Auth = (keys, anonymous) is (null, null) ? null : new() { Keys = keys, Anonymous = anonymous },
                },
            },
            Gcs => new()
            {
                Gcs = new()
                {
                    Bucket = parts[0],
                    Prefix = parts[1],
                    Endpoint = parsed.GetValue(_endpoint),
                    Auth = (keys, anonymous) is (null, null) ? null : new() { Key = keys, Anonymous = anonymous },
                },
            },
            Azure => new()
            {
                Azure = new()
                {
                    Account = parts[0],
                    Container = parts[1],
                    Prefix = parts[2],
                    Endpoint = parsed.GetValue(_endpoint),
                    Auth = (keys, token, anonymous) is (null, null, null) ? null : new() { Key = keys, Sas = token, Anonymous = anonymous },
                },
            },
            Http => new()
            {
                Url = new()
                {
                    Endpoint = place,
                    Auth = (keys, token) is (null, null) ? null : new() { Basic = keys, Bearer = token },
                    Tls = new() { CaFile = parsed.GetValue(_caFile) is { } file ? Path.GetFullPath(file) : null, AllowInsecure = parsed.GetValue(_allowInsecure) },
                    AllowRedirects = parsed.GetValue(_allowRedirects),
                },
            },
            _ => new() { File = new() { Path = Path.GetFullPath(place) } },
        };
    }

    private static SecretConfig? SecretOf(string? name) => name is null ? null : new() { Secret = name };

    /// <summary>What kind of store it is, and for those with buckets the bucket and the rest.</summary>
    private static (string Kind, string[] Parts) Split(string place) =>
        place.Split("://", 2) is not [var scheme, var rest] ? (Folder, [])
        : scheme.ToLowerInvariant() switch
        {
            "s3" => (S3, [.. rest.Split('/', 2), ""]),
            "gs" => (Gcs, [.. rest.Split('/', 2), ""]),
            "azure" => (Azure, [.. rest.Split('/', 3), "", ""]),
            "http" or "https" => (Http, []),
            _ => (Folder, []),
        };

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { Host.Length: > 0, UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    private static string Named(string kind) => kind switch
    {
        S3 => "in S3, as --repository s3://BUCKET/PREFIX",
        Gcs => "in Google Cloud Storage, as --repository gs://BUCKET/PREFIX",
        Azure => "in Azure, as --repository azure://ACCOUNT/CONTAINER/PREFIX",
        _ => "of a web server, as --repository https://HOST/PATH",
    };

    // An address may hold a password.
    private static string Shown(string kind, string place) => kind == Http && !IsAddress(place) ? "the address" : place;
}
