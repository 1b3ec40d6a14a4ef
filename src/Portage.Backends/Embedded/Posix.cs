using System.Runtime.InteropServices;

namespace Portage.Backends.Embedded;

/// <summary>The few system calls that the base class library lacks.</summary>
internal static partial class Posix
{
    public const int SigTerm = 15;

    private const int NoSuchFile = 2;
    private const int NoSuchProcess = 3;
    private const int NotAFolder = 20;
    private const int HeldOnLinux = 11;
    private const int HeldOnMac = 35;
    private const int LockShared = 1;
    private const int LockAlone = 2;
    private const int LockAtOnce = 4;

    // A worker that is started at this moment must not inherit the file, and with it the lock.
    private const int CloseOnExec = 0x80000;
    private const int CloseOnExecOfMac = 0x1000000;
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;

    private const int MayExecute = 1;
    private const int MayWrite = 2;
    private const int MayRead = 4;

    /// <summary>Leaves the terminal: a new session, and nothing on the standard streams, so that neither Ctrl-C nor a closed pipe concerns this process.</summary>
    public static void LeaveTerminal()
    {
        _ = SetSession();
        var nothing = Open("/dev/null", ReadWrite);
        for (var stream = 0; stream <= 2; stream++)
        {
            _ = Duplicate(nothing, stream);
        }
    }

    /// <summary>Asks a process to end; false when there is none.</summary>
    /// <exception cref="IOException">It is not ours to ask.</exception>
    public static bool Terminate(int process)
    {
        if (Kill(process, SigTerm) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == NoSuchProcess
            ? false
            : throw new IOException($"Process {process} cannot be asked to end: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>
    /// True when a process holds the lock of a file, as <see cref="HomeLock"/> takes it. Looked at twice a second for each worker, so
    /// without the exception that opening a held file costs.
    /// </summary>
    /// <param name="byOneWhoShares">True where those that hold it share it.</param>
    /// <exception cref="IOException">Nobody can tell.</exception>
    public static bool IsLocked(string path, bool byOneWhoShares = false)
    {
        var file = Open(path, ReadOnly | (OperatingSystem.IsMacOS() ? CloseOnExecOfMac : CloseOnExec));
        if (file < 0)
        {
            return Marshal.GetLastPInvokeError() is NoSuchFile or NotAFolder
                ? false
                : throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        // Shared, so that two that look at the same time do not take each other for the holder.
        var looked = LockFile(file, (byOneWhoShares ? LockAlone : LockShared) | LockAtOnce);
        var (code, why) = (Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage());
        _ = Close(file);
        return looked != 0 && (code is HeldOnLinux or HeldOnMac ? true : throw new IOException($"The lock of {path} cannot be looked at: {why}."));
    }

    /// <summary>True when the process exists.</summary>
    public static bool Exists(int process) => Kill(process, 0) == 0;

    /// <summary>True when a process was suspended, by <c>kill -STOP</c> or a debugger; false where the system does not tell.</summary>
    public static bool IsSuspended(int process)
    {
        try
        {
            // The state follows the name, which is in parentheses and may hold any sign.
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..] is ['T' or 't', ..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Why this process may not read a folder; null when it may.</summary>
    public static string? WhyNotReadable(string folder) => WhyNot(folder, MayRead | MayExecute);

    /// <summary>Why this process may not make files in a folder; null when it may.</summary>
    public static string? WhyNotWritable(string folder) => WhyNot(folder, MayRead | MayWrite | MayExecute);

    private static string? WhyNot(string folder, int mode) => Access(folder, mode) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    /// <summary>Returns when the names in a folder survive a power loss.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void FlushFolder(string path)
    {
        var folder = Open(path, ReadOnly);
        if (folder < 0)
        {
            throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        var flushed = Flush(folder);
        var why = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(folder);
        if (flushed != 0)
        {
            throw new IOException($"{path} cannot be written: {why}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LockFile(int file, int operation);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int from, int to);
}
