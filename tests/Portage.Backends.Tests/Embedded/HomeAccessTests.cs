using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Planning;

namespace Portage.Backends.Tests.Embedded;

public sealed class HomeAccessTests : IDisposable
{
    private static readonly Planner Planner = new([]);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Perform_WithoutAController_WritesItself()
    {
        var access = new HomeAccess(new(_folder.Path), Planner, TimeProvider.System);
        var result = await access.PerformAsync(new Operation.CreateSession("prod", null) { By = "ann" }, Cancelled);
        Assert.False(result.HasFailed);
        Assert.Equal("prod", access.Read().ActiveSession);
        Assert.True((await access.PerformAsync(new Operation.CreateSession("prod", null) { By = "ann" }, Cancelled)).HasFailed);
    }

    [Fact]
    public async Task Read_OfALargeLedger_TakesEveryEventInOrderAndTellsDamageAnywhere()
    {
        // Large enough that two threads share it; each session is made before it is switched to.
        const int Sessions = 2_500;
        var home = new Home(_folder.Path);
        home.Create();
        await using (var ledger = SqliteLedger.Open(home.Ledger, TimeProvider.System))
        {
            await ledger.AppendAsync(
                [.. Enumerable.Range(0, Sessions)
                    .Select(i => string.Create(CultureInfo.InvariantCulture, $"s{i:0000}"))
                    .SelectMany(name => (LedgerEvent[])[new SessionCreated(name, "ann"), new SessionSwitched(name, "ann")])],
                Cancelled);
        }

        var access = new HomeAccess(home, Planner, TimeProvider.System);
        var state = access.Read();
        Assert.Equal((2L * Sessions, Sessions, "s2499"), (state.Sequence, state.Sessions.Count, state.ActiveSession));

        foreach (var damaged in (int[])[10, (2 * Sessions) - 10])
        {
            using var connection = LedgerReading.Connect(home.Ledger, Microsoft.Data.Sqlite.SqliteOpenMode.ReadWrite);
            connection.Open();
            LedgerReading.Execute(connection, $"UPDATE events SET body = CAST('{{' AS BLOB) || body WHERE sequence = {damaged}");
            Assert.Contains($"Event {damaged} ", Assert.Throws<LedgerUnusableException>(access.Read).Message, StringComparison.Ordinal);
            LedgerReading.Execute(connection, $"UPDATE events SET body = CAST(substr(body, 2) AS BLOB) WHERE sequence = {damaged}");
        }

        Assert.Equal(Sessions, access.Read().Sessions.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Perform_WhenTheControllerDiesBeforeItAnswers_DoesItOnce(bool wasWritten)
    {
        var home = new Home(_folder.Path);
        home.Create();
        var asked = new TaskCompletionSource();
        var held = HomeLock.TryTake(home.Lock);
        var socket = ControlSocket.Listen(
            home,
            async (operation, cancellationToken) =>
            {
                if (wasWritten)
                {
                    await using var ledger = SqliteLedger.Open(home.Ledger, TimeProvider.System);
                    await ledger.AppendAsync(new OperationRules(Planner).Perform(operation, HomeState.Of(ledger.Read(0))).Events, cancellationToken);
                }

                asked.SetResult();
                throw new OperationCanceledException("The controller ends.");
            },
            TimeProvider.System,
            NullLogger.Instance);
        var access = new HomeAccess(home, Planner, TimeProvider.System);
        var performing = access.PerformAsync(new Operation.CreateSession("prod", null) { By = "ann" }, Cancelled);
        await asked.Task;
        await socket.DisposeAsync();
        held!.Dispose();
        var result = await performing;
        Assert.False(result.HasFailed, string.Join('\n', result.Diagnostics));
        Assert.Equal(["Created session prod and switched to it."], result.Messages);
        Assert.Equal(2, SqliteLedger.ReadAfter(home.Ledger, 0).Count);
    }

    [Fact]
    public async Task Perform_ControllerIsSuspended_EndsAndSaysHowToGoOn()
    {
        var home = new Home(_folder.Path);
        home.Create();
        using var held = HomeLock.TryTake(home.Lock);
        await using var socket = ControlSocket.Listen(
            home,
            async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return new OperationResult();
            },
            TimeProvider.System,
            NullLogger.Instance);
        using var suspended = Process.Start("sleep", "600");
        try
        {
            using (var stop = Process.Start("kill", ["-s", "STOP", suspended.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await stop.WaitForExitAsync(Cancelled);
            }

            await File.WriteAllTextAsync(home.ControllerInfo, $$"""{"process":{{suspended.Id}},"since":"2026-01-01T00:00:00Z"}""", Cancelled);
            var access = new HomeAccess(home, Planner, TimeProvider.System) { SuspendedPatience = TimeSpan.Zero };

            var result = await access.PerformAsync(new Operation.CreateSession("prod", null) { By = "ann" }, Cancelled);

            var why = Assert.Single(result.Diagnostics);
            Assert.Equal("PG5007", why.Code);
            Assert.Contains($"process {suspended.Id}, is suspended", why.Detail, StringComparison.Ordinal);
            Assert.Equal($"kill -CONT {suspended.Id}", why.Command);
        }
        finally
        {
            suspended.Kill();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAndPerform_LedgerLostBesideWork_AreRefusedAndKeepTheWork(bool isThere)
    {
        var home = new Home(_folder.Path);
        home.Create();
        var work = Directory.CreateDirectory(Path.Combine(home.WorkOf("prod"), "some-step")).FullName;
        if (isThere)
        {
            await File.WriteAllTextAsync(home.Ledger, "", Cancelled);
        }

        var access = new HomeAccess(home, Planner, TimeProvider.System);

        Assert.Contains("the ledger was lost", Assert.Throws<LedgerUnusableException>(access.Read).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerUnusableException>(() => access.PerformAsync(new Operation.CreateSession("prod", null) { By = "ann" }, Cancelled));
        Assert.True(Directory.Exists(work));
    }
}
