using Portage.Backends.Embedded;

namespace Portage.Cli.Demo;

/// <summary>The folder of a demo. The kernel knows, by a lock on a file in it, whether the demo lives, however it ended.</summary>
internal sealed class DemoFolder : IDisposable
{
    /// <summary>Tells the processes that a demo starts, and those that they leave in the background, which file is locked as long as the demo lives.</summary>
    public const string Variable = "PORTAGE_ENDS_WITH";

    private const string Prefix = "portage-demo-";

    // Only a folder with this file is ever deleted by another demo; what somebody wanted to keep has the other.
    private const string Mark = ".demo";
    private const string KeptMark = ".demo-kept";

    // Longer than the others need to see that the demo is gone, and to finish a request.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly HomeLock _lives;
    private readonly bool _keep;

    private DemoFolder(string path, string mark, HomeLock lives, bool keep) => (Path, Lock, _lives, _keep) = (path, mark, lives, keep);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The file that is locked.</summary>
    public string Lock { get; }

    /// <summary>Makes a folder that nobody has.</summary>
    /// <param name="keep">True where it stays there afterwards.</param>
    public static DemoFolder Make(bool keep)
    {
        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        var mark = System.IO.Path.Combine(path, keep ? KeptMark : Mark);

        // A file of that name that nobody has locked means that the demo is dead: so it has the name only once it is locked.
        var lives = HomeLock.TryTake(mark + ".new") ?? throw new IOException($"{mark}.new is locked by another process.");
        File.Move(mark + ".new", mark);
        return new(path, mark, lives, keep);
    }

    /// <summary>Deletes the folders of demos that were killed, once the processes that they had left have ended, as they do by themselves.</summary>
    /// <param name="isWorking">True while processes of a home live.</param>
    /// <returns>What was deleted.</returns>
    public static async Task<IReadOnlyList<string>> SweepAsync(Func<Home, bool> isWorking, TimeProvider time, CancellationToken cancellationToken)
    {
        var deleted = new List<string>();
        foreach (var path in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                if (new DirectoryInfo(path).LinkTarget is null && IsDead(System.IO.Path.Combine(path, Mark)) && await HasEndedAsync(new Home(System.IO.Path.Combine(path, Home.FolderName)), isWorking, time, cancellationToken))
                {
                    Directory.Delete(path, recursive: true);
                    deleted.Add(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or another demo is deleting it.
            }
        }

        return deleted;
    }

    /// <summary>Lets a process that a demo started, or that one of these left in the background, end when the demo does.</summary>
    /// <returns>Cancelled like <paramref name="cancellationToken"/>, and when the demo is gone; never for processes that belong to no demo.</returns>
    public static CancellationTokenSource EndsWithDemo(TimeProvider time, CancellationToken cancellationToken)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file)
        {
            _ = WatchAsync(file, ends, time);
        }

        return ends;
    }

    /// <summary>Lets go of it; where it is to stay, as a folder like any other.</summary>
    public void Dispose()
    {
        if (_keep)
        {
            File.Delete(Lock);
        }
        else
        {
            Directory.Delete(Path, recursive: true);
        }

        _lives.Dispose();
    }

    private static bool IsDead(string mark) => File.Exists(mark) && !HomeLock.IsHeldBySomebody(mark);

    private static async Task<bool> HasEndedAsync(Home home, Func<Home, bool> isWorking, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (isWorking(home))
        {
            if (time.GetElapsedTime(since) > EndPatience)
            {
                return false;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        return true;
    }

    private static async Task WatchAsync(string file, CancellationTokenSource ends, TimeProvider time)
    {
        try
        {
            while (File.Exists(file) && HomeLock.IsHeldBySomebody(file))
            {
                await Task.Delay(Interval, time, ends.Token);
            }

            await ends.CancelAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is ending already; or nobody can tell, and then it goes on.
        }
    }
}
