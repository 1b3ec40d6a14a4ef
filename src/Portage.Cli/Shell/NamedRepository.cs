using System.CommandLine;
using System.CommandLine.Parsing;
using Portage.Configuration.Rules;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.S3;
using Portage.Steps.Reading;

namespace Portage.Cli.Shell;

/// <summary>A repository as it is named on the command line: a folder, or <c>s3://BUCKET/PREFIX</c> with the way there.</summary>
internal sealed class NamedRepository
{
    private const string S3Scheme = "s3://";

    private readonly Option<string> _place = new("--repository", "-r") { Description = "The folder of the repository, or s3://BUCKET/PREFIX.", Required = true, Recursive = true, HelpName = "PLACE" };
    private readonly Option<string?> _endpoint = new("--endpoint") { Description = "s3: address of the store. Default: that of AWS.", Recursive = true, HelpName = "URL" };
    private readonly Option<string?> _region = new("--region") { Description = "s3: region of the bucket. Default: that of the environment, else us-east-1.", Recursive = true, HelpName = "REGION" };
    private readonly Option<bool?> _pathStyle = new("--path-style") { Description = "s3: true where the bucket is named in the path of an address, false where it is in the name of the host. Default: true with an endpoint, else false.", Recursive = true, HelpName = "true|false" };
    private readonly Option<string?> _keys = new("--keys") { Description = "s3: name of a secret that holds ACCESS_KEY:SECRET_KEY, and :SESSION_TOKEN where they are temporary. Default: what the environment has.", Recursive = true, HelpName = "SECRET" };
    private readonly Option<bool> _anonymous = new("--anonymous") { Description = "s3: log in with nothing.", Recursive = true };

    /// <summary>Gives a command, and those below it, which must be there already, the options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_place, _endpoint, _region, _pathStyle, _keys, _anonymous])
        {
            command.Options.Add(option);
        }

        foreach (var subcommand in command.Subcommands)
        {
            subcommand.Validators.Add(Check);
        }
    }

    private void Check(CommandResult result)
    {
        var ofS3 = ((Option[])[_endpoint, _region, _pathStyle, _keys, _anonymous]).Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToArray();
        var place = result.GetResult(_place) is { Implicit: false, Tokens: [var token] } ? token.Value : null;
        if (ofS3.Length > 0 && place is not null && !place.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase))
        {
            result.AddError($"{ofS3[0]} is for a repository in S3, as --repository s3://BUCKET/PREFIX; '{place}' is a folder.");
        }
        else if (place?.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) == true && place[S3Scheme.Length..].Trim('/').Length == 0)
        {
            result.AddError($"'{place}' names no bucket; expected s3://BUCKET or s3://BUCKET/PREFIX.");
        }
        else if (place?.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) == true && BucketNameRule.Impossible(place[S3Scheme.Length..].Split('/')[0]) is { } problem)
        {
            result.AddError($"--repository names no bucket that there can be: {problem}; {BucketNameRule.Expected}.");
        }
        else if (result.GetValue(_keys) is { } keys && (result.GetValue(_anonymous) || !StepAddress.IsName(keys)))
        {
            result.AddError(result.GetValue(_anonymous) ? "--keys and --anonymous exclude each other." : "--keys expects the name of a secret, as workflow credentials create makes it; never its value.");
        }
        else if (result.GetValue(_endpoint) is { } endpoint && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0))
        {
            // Not shown: it may hold a password.
            result.AddError("--endpoint expects the address of a store: http:// or https://, a host and perhaps a port, and no login.");
        }
    }

    /// <exception cref="StepException">It cannot be read.</exception>
    public Task<SnapshotRepository> OpenAsync(Verb verb, CancellationToken cancellationToken) =>
        SnapshotAccess.TryAsync(null, async () => await SnapshotRepository.OpenAsync(await StoreAsync(verb, cancellationToken), cancellationToken));

    private async Task<IBlobStore> StoreAsync(Verb verb, CancellationToken cancellationToken)
    {
        var place = verb.Parsed.GetValue(_place)!;
        if (!place.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new FileBlobStore(Path.GetFullPath(place));
        }

        var (bucket, prefix) = place[S3Scheme.Length..].Split('/', 2) is [var first, var rest] ? (first, rest) : (place[S3Scheme.Length..], "");
        return new S3BlobStore(new(bucket)
        {
            Prefix = prefix,
            Region = verb.Parsed.GetValue(_region),
            Endpoint = verb.Parsed.GetValue(_endpoint) is { } endpoint ? new(endpoint) : null,
            PathStyle = verb.Parsed.GetValue(_pathStyle),
            Names = new("--keys", "--anonymous", "--path-style", "--region", "--endpoint"),
            Login = verb.Parsed.GetValue(_keys) is { } keys ? await SnapshotAccess.KeysAsync(keys, null, verb.Secrets, cancellationToken)
                : verb.Parsed.GetValue(_anonymous) ? new S3Login.Anonymous()
                : new S3Login.Found(),
        });
    }
}
