using System.Runtime.InteropServices;

namespace Portage.Backends.Embedded;

/// <summary>What standard output is connected to, as far as only the system knows.</summary>
public static partial class OutputPipe
{
    private const int StandardOutput = 1;

    private const short Error = 0x8;
    private const short HungUp = 0x10;

    /// <summary>False when whoever read standard output is gone: <c>head</c> has seen enough, or the terminal is closed. Nothing has to be written to learn it.</summary>
    public static bool HasReader
    {
        get
        {
            var polled = new Polled { File = StandardOutput };
            return Poll(ref polled, 1, 0) <= 0 || (polled.Happened & (Error | HungUp)) == 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref Polled polled, nuint count, int milliseconds);

    // The system's struct pollfd.
    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int File;
        public short Wanted;
        public short Happened;
    }
}
