using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Operations;

namespace Portage.Backends.Tests.Embedded;

public sealed class ControlSocketTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private Home Home => new(_folder.Path);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Send_AnOperation_BringsItsResult()
    {
        await using var socket = Listen((operation, _) => ValueTask.FromResult(new OperationResult { Messages = [$"{operation.GetType().Name} by {operation.By} on {operation.Session}"], Run = 7 }));
        var (result, wasSent) = await ControlSocket.SendAsync(Home, new Operation.Start("abcdef") { By = "ann", Session = "prod" }, Cancelled);
        Assert.True(wasSent);
        Assert.Equal(["Start by ann on prod"], result!.Messages);
        Assert.Equal(7, result.Run);
    }

    [Fact]
    public async Task Send_FromTwoAtOnce_AnswersEach()
    {
        var both = new TaskCompletionSource();
        var waiting = 0;
        await using var socket = Listen(async (operation, cancellationToken) =>
        {
            if (Interlocked.Increment(ref waiting) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(cancellationToken);
            return new OperationResult { Messages = [operation.By] };
        });
        var answers = await Task.WhenAll(
            ControlSocket.SendAsync(Home, new Operation.Commit { By = "ann" }, Cancelled),
            ControlSocket.SendAsync(Home, new Operation.Commit { By = "bob" }, Cancelled));
        Assert.Equal(["ann", "bob"], answers.Select(answer => answer.Result!.Messages.Single()));
    }

    [Fact]
    public async Task Send_WhereNobodyListens_WasNotSent() =>
        Assert.Equal((null, false), await ControlSocket.SendAsync(Home, new Operation.Commit { By = "ann" }, Cancelled));

    [Fact]
    public async Task Send_WhenTheControllerEndsInBetween_SaysThatItWasSent()
    {
        var asked = new TaskCompletionSource();
        var socket = Listen(async (_, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new OperationResult();
        });
        var sending = ControlSocket.SendAsync(Home, new Operation.Commit { By = "ann" }, Cancelled);
        await asked.Task;
        await socket.DisposeAsync();
        Assert.Equal((null, true), await sending);
        Assert.False(ControlSocket.MayListen(Home));
    }

    [Fact]
    public async Task Listen_AfterGarbageAndAClientThatWentAway_StillAnswers()
    {
        await using var socket = Listen((_, _) => ValueTask.FromResult(new OperationResult { Messages = ["fine"] }));
        foreach (var request in (string[])["GET / HTTP/1.1\n", "{\"operation\":\"teleport\",\"by\":\"ann\"}\n", "null\n", "\n", "{\"operation\":\"com"])
        {
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathOf(Home)), Cancelled);
            await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(request), Cancelled);
        }

        var (result, _) = await ControlSocket.SendAsync(Home, new Operation.Commit { By = "ann" }, Cancelled);
        Assert.Equal(["fine"], result!.Messages);
    }

    [Fact]
    public async Task Listen_Always_IsOpenToTheOwnerOnly()
    {
        await using var socket = Listen((_, _) => ValueTask.FromResult(new OperationResult()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Path.GetDirectoryName(ControlSocket.PathOf(Home))!).UnixFileMode);
    }

    private ControlSocket Listen(Func<Operation, CancellationToken, ValueTask<OperationResult>> perform) =>
        ControlSocket.Listen(Home, perform, TimeProvider.System, NullLogger.Instance);
}
