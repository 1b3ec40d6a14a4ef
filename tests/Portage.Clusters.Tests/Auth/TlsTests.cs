using System.Net;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;
using Portage.Model.Diagnostics;

namespace Portage.Clusters.Tests.Auth;

public sealed class TlsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new("the authority");
    private readonly TestAuthority _other = new("another authority");

    public TlsTests()
    {
        File.WriteAllText(_folder["ca.pem"], _authority.Pem);
        File.WriteAllText(_folder["other.pem"], _other.Pem);
        File.WriteAllText(_folder["empty.pem"], "no certificate\n");
        File.WriteAllText(_folder["both.pem"], _other.Pem + "\n" + _authority.Pem);
    }

    public void Dispose()
    {
        _other.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ca.pem")]
    [InlineData("both.pem")]
    public async Task Send_CaFileHasTheAuthority_Answers(string file)
    {
        await using var server = Server(_authority, null, IPAddress.Loopback);
        Assert.Equal(200, await StatusAsync(new(server.Endpoint) { CaFile = _folder[file] }));
    }

    [Fact]
    public async Task Send_HostIsAmongTheNames_Answers()
    {
        await using var server = Server(_authority, "localhost", null);
        Assert.Equal(200, await StatusAsync(new($"https://localhost:{server.Port}") { CaFile = _folder["ca.pem"] }));
    }

    [Fact]
    public async Task Send_AuthorityIsNotInTheCaFile_SaysNotTrusted()
    {
        await using var server = Server(_authority, null, IPAddress.Loopback);
        var failure = await FailureAsync(new(server.Endpoint) { CaFile = _folder["other.pem"] });
        Assert.Equal(UnreachableCause.CertificateNotTrusted, failure.Cause);
        Assert.Contains("issued by 'CN=the authority'", failure.Why, StringComparison.Ordinal);
        Assert.Contains("other.pem", failure.Why, StringComparison.Ordinal);
        Assert.False(failure.MayPass);
        Assert.Equal(DiagnosticCatalog.CertificateRefused.Code, failure.ToDiagnostic(null).Code);
    }

    [Fact]
    public async Task Send_AuthorityIsUnknownToTheSystem_SaysNotTrusted()
    {
        await using var server = Server(_authority, null, IPAddress.Loopback);
        var failure = await FailureAsync(new(server.Endpoint));
        Assert.Equal(UnreachableCause.CertificateNotTrusted, failure.Cause);
        Assert.Contains("that the system trusts", failure.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_CertificateIsForAnotherHost_NamesBoth()
    {
        await using var server = Server(_authority, "search.example", null);
        var failure = await FailureAsync(new(server.Endpoint) { CaFile = _folder["ca.pem"] });
        Assert.Equal(UnreachableCause.HostnameMismatch, failure.Cause);
        Assert.Contains("is for 'search.example', not for '127.0.0.1'", failure.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_CertificateHasExpired_SaysSince()
    {
        await using var server = Server(_authority, null, IPAddress.Loopback, isExpired: true);
        var failure = await FailureAsync(new(server.Endpoint) { CaFile = _folder["ca.pem"] });
        Assert.Equal(UnreachableCause.CertificateNotTrusted, failure.Cause);
        Assert.Contains("is not valid now", failure.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_AllowInsecure_AnswersWhateverTheCertificate()
    {
        await using var server = Server(_authority, "search.example", null, isExpired: true);
        Assert.Equal(200, await StatusAsync(new(server.Endpoint) { AllowInsecure = true }));
    }

    [Fact]
    public async Task Send_HttpsToAPlainServer_SaysSo()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("{}"));
        var failure = await FailureAsync(new($"https://127.0.0.1:{server.Port}"));
        Assert.Equal(UnreachableCause.PlainHttpAnswered, failure.Cause);
        Assert.Equal(DiagnosticCatalog.WrongScheme.Code, failure.ToDiagnostic(null).Code);
    }

    [Fact]
    public async Task Send_HttpToATlsServer_SaysSo()
    {
        await using var server = Server(_authority, null, IPAddress.Loopback);
        var failure = await FailureAsync(new($"http://127.0.0.1:{server.Port}"));
        Assert.Equal(UnreachableCause.TlsExpected, failure.Cause);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Send_PortThatHangsUpOnEverybody_BlamesNoScheme()
    {
        await using var server = new ScriptedServer(_ => new()) { HangsUpOnEverybody = true };
        Assert.Equal(UnreachableCause.ConnectionLost, (await FailureAsync(new($"http://127.0.0.1:{server.Port}"))).Cause);
        Assert.Equal(UnreachableCause.HandshakeFailed, (await FailureAsync(new($"https://127.0.0.1:{server.Port}"))).Cause);
    }

    [Theory]
    [InlineData("absent.pem")]
    [InlineData("empty.pem")]
    public void Create_CaFileUnusable_ThrowsCaFile(string file)
    {
        var failure = Assert.Throws<CaFileException>(() => new ClusterClient(new("https://localhost") { CaFile = _folder[file] }, TimeProvider.System));
        Assert.Equal(_folder[file], failure.File);
        Assert.Equal(DiagnosticCatalog.CaFileUnusable.Code, failure.ToDiagnostic(null).Code);
    }

    private static ScriptedServer Server(TestAuthority authority, string? dnsName, IPAddress? address, bool isExpired = false) =>
        new(_ => ScriptedReply.Json("{}"), authority.Issue(dnsName, address, isExpired));

    private static async Task<int> StatusAsync(ClusterConnection connection)
    {
        using var client = new ClusterClient(connection, TimeProvider.System);
        return (await client.SendAsync(HttpMethod.Get, "/", null, null, TestContext.Current.CancellationToken)).Status;
    }

    private static Task<ClusterUnreachableException> FailureAsync(ClusterConnection connection) =>
        Assert.ThrowsAsync<ClusterUnreachableException>(() => StatusAsync(connection));
}
