using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Portage.Scenarios;

/// <summary>
/// A folder in which the real command line is run, as processes of their own, without a terminal. Everything that was started
/// there, controllers and workers too, is ended with the test.
/// </summary>
public sealed class Workflow : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal)
    {
        ["PORTAGE_AUTHOR"] = "alice",
        ["PORTAGE_HOME"] = null,
        ["PORTAGE_WORLD"] = null,
        ["TZ"] = "UTC",
        ["NO_COLOR"] = null,
        ["VISUAL"] = null,
        ["EDITOR"] = null,
    };

    /// <param name="subfolder">Where to work below the temporary folder, for paths of a certain shape.</param>
    public Workflow(string subfolder = "")
    {
        Folder = Path.Combine(_folder.Path, subfolder);
        Directory.CreateDirectory(Folder);
    }

    /// <summary>The program: the one built with these tests, or the one that PORTAGE_WORKFLOW names.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("PORTAGE_WORKFLOW") is { Length: > 0 } named
        ? named
        : Path.Combine(Checkout.Root, "artifacts", "bin", "Portage.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "workflow");

    /// <summary>The working folder.</summary>
    public string Folder { get; }

    /// <summary>Where the home is made.</summary>
    public string Home => Path.Combine(Folder, ".portage");

    /// <summary>A path below the working folder.</summary>
    public string this[string relative] => Path.Combine(Folder, relative);

    /// <summary>Sets a variable for what is run from now on; null takes it away.</summary>
    public Workflow With(string variable, string? value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>Writes a file into the working folder.</summary>
    public async Task WriteAsync(string name, string text) => await File.WriteAllTextAsync(this[name], text, TestContext.Current.CancellationToken);

    /// <summary>Runs a verb to its end, with nothing on standard input.</summary>
    public Task<Ran> RunAsync(params string[] arguments) => RunInAsync(Folder, "", arguments);

    /// <summary>Runs a verb to its end with a text on standard input.</summary>
    public Task<Ran> PipeAsync(string input, params string[] arguments) => RunInAsync(Folder, input, arguments);

    /// <summary>Runs a verb to its end in another folder.</summary>
    public Task<Ran> RunInAsync(string folder, string input, params string[] arguments) => FinishAsync(StartProcess(folder, Program, arguments), input);

    /// <summary>Runs a line of bash in which <c>workflow</c> is the program; both streams come as one, in the order they were written.</summary>
    public Task<Ran> ShellAsync(string line) =>
        FinishAsync(StartProcess(Folder, "/bin/bash", ["-o", "pipefail", "-c", $"exec 2>&1; workflow() {{ \"$WORKFLOW\" \"$@\"; }}; {line}"]), "");

    /// <summary>Starts a verb and leaves it running.</summary>
    public Going Start(params string[] arguments) => new(StartProcess(Folder, Program, arguments));

    /// <summary>Starts any program of the system in the working folder, with the same environment.</summary>
    public Going StartOther(string program, params string[] arguments) => new(StartProcess(Folder, program, arguments));

    /// <summary>The controllers and workers that live, by what they are.</summary>
    public IEnumerable<(int Process, string What)> Background() => Processes.Mentioning(_folder.Path)
        .Select(found => (found.Process, found.Arguments.Length > 1 ? found.Arguments[1] : ""))
        .Where(found => found.Item2 is "controller" or "worker" or "helper");

    /// <summary>The process that is a controller, worker or helper; null when there is none.</summary>
    public int? Find(string what) => Background().Where(found => found.What == what).Select(found => (int?)found.Process).FirstOrDefault();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Until none is left: the controller may have been starting one.
        while (Processes.Mentioning(_folder.Path).Select(found => found.Process).ToArray() is { Length: > 0 } left)
        {
            foreach (var process in left)
            {
                await Processes.KillAsync(process);
            }
        }

        _folder.Dispose();
    }

    private static async Task<Ran> FinishAsync(Process process, string input)
    {
        await using var going = new Going(process);
        await going.WriteAsync(input);
        return await going.EndAsync();
    }

    private Process StartProcess(string folder, string program, string[] arguments)
    {
        Assert.True(File.Exists(Program), $"No program {Program}: build src/Portage.Cli.");
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["WORKFLOW"] = Program;
        foreach (var (name, value) in _environment)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }
}

/// <summary>A verb that is running.</summary>
public sealed class Going : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly Task<string> _error;
    private readonly Task _reading;

    internal Going(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Its process.</summary>
    public int Process => _process.Id;

    /// <summary>Standard output so far.</summary>
    public string Out
    {
        get
        {
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    /// <summary>Writes to its standard input and closes it.</summary>
    public async Task WriteAsync(string input)
    {
        try
        {
            await _process.StandardInput.WriteAsync(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want to read.
        }
    }

    /// <summary>Types something and leaves its standard input open.</summary>
    public async Task TypeAsync(string input)
    {
        await _process.StandardInput.WriteAsync(input);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it has said something on standard output.</summary>
    public Task SaysAsync(string text) => Eventually.Async(() => Out.Contains(text, StringComparison.Ordinal) || (_process.HasExited && _reading.IsCompleted && !Out.Contains(text, StringComparison.Ordinal) && Ended(text)), $"'{text}' on standard output");

    /// <summary>Sends it a signal, as the terminal does with SIGINT on Ctrl-C.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-s", signal, Process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Ran> EndAsync()
    {
        var end = Task.WhenAll(_process.WaitForExitAsync(TestContext.Current.CancellationToken), _reading, _error);
        await Task.WhenAny(end, Task.Delay(Eventually.Patience, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.True(end.IsCompleted, $"{(!_process.HasExited ? "It did not end" : !_reading.IsCompleted ? "It left its standard output open to others" : "It left its standard error open to others")}.\n--- out\n{Out}");
        await end;
        return new(_process.ExitCode, Out, await _error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private bool Ended(string text)
    {
        Assert.Fail($"It ended with exit code {_process.ExitCode} and never said '{text}'.\n--- out\n{Out}");
        return false;
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4_096];
        while (await _process.StandardOutput.ReadAsync(buffer) is var count and > 0)
        {
            lock (_out)
            {
                _out.Append(buffer, 0, count);
            }
        }
    }
}
