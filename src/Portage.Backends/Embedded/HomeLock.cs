namespace Portage.Backends.Embedded;

/// <summary>
/// The right to append to a home's ledger. The kernel holds it for this process and gives it back when the process ends,
/// however that happens; nobody has to clean up after a crash.
/// </summary>
public sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process has it.</summary>
    public static HomeLock? TryTake(string path)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix.
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && IsHeld(e))
        {
            return null;
        }
    }

    /// <summary>Takes it together with others that share it.</summary>
    /// <exception cref="IOException">Somebody has it alone, or is looking at it.</exception>
    public static HomeLock Share(string path) => new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read));

    /// <summary>True when a process has the lock at this moment.</summary>
    /// <exception cref="IOException">Nobody can tell.</exception>
    public static bool IsHeldBySomebody(string path) => Posix.IsLocked(path);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK: 11 on Linux, 35 on macOS; 32 and 33 are Windows' sharing violations.
    private static bool IsHeld(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
