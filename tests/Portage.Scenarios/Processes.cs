using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Portage.Scenarios;

/// <summary>Finds and ends processes of this test, by a path that only they were given.</summary>
internal static class Processes
{
    /// <summary>The processes one of whose arguments has the text; empty where there is no <c>/proc</c>.</summary>
    public static IEnumerable<(int Process, string[] Arguments)> Mentioning(string text)
    {
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process))
            {
                continue;
            }

            string[] arguments;
            try
            {
                arguments = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is somebody else's.
                continue;
            }

            if (arguments.Any(argument => argument.Contains(text, StringComparison.Ordinal)))
            {
                yield return (process, arguments);
            }
        }
    }

    /// <summary>True while the process lives; a zombie that nobody has reaped does not.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Sends SIGKILL and returns when the process is gone.</summary>
    public static async Task KillAsync(int process)
    {
        try
        {
            using var killed = Process.GetProcessById(process);
            killed.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It is gone already.
        }

        await Eventually.Async(() => !IsAlive(process), $"the end of process {process}");
    }
}
