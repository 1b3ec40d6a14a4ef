using System.Runtime.InteropServices;

namespace Portage.Backends.Embedded;

/// <summary>The few system calls that the base class library lacks.</summary>
internal static partial class Posix
{
    public const int SigTerm = 15;

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
    public static bool Terminate(int process) => Kill(process, SigTerm) == 0;

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

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int from, int to);
}
