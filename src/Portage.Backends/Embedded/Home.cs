using System.Text;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>The folder in which everything of a home lies: <c>.portage</c>, found upwards from the working directory like <c>.git</c>.</summary>
/// <param name="path">Absolute.</param>
public sealed class Home(string path)
{
    /// <summary>The folder's name where no variable names another.</summary>
    public const string FolderName = ".portage";

    /// <summary>The environment variable that names the folder itself.</summary>
    public const string Variable = "PORTAGE_HOME";

    /// <summary>Absolute.</summary>
    public string Path { get; } = path;

    /// <summary>The SQLite database.</summary>
    public string Ledger => System.IO.Path.Combine(Path, "ledger.db");

    /// <summary>Held by whoever may append.</summary>
    public string Lock => System.IO.Path.Combine(Path, "lock");

    /// <summary>Who the running controller is.</summary>
    public string ControllerInfo => System.IO.Path.Combine(Path, "controller.json");

    /// <summary>What keeps the controller from seeing workers; there only while something does.</summary>
    public string Troubles => System.IO.Path.Combine(Path, "troubles.json");

    /// <summary>Answers of verbs, kept until what they follow from has changed. Whoever deletes them loses nothing but time.</summary>
    public string Answers => System.IO.Path.Combine(Path, "answers");

    /// <summary>Log files, one a day and service.</summary>
    public string Logs => System.IO.Path.Combine(Path, "logs");

    /// <summary>Secrets kept in files of mode 0600.</summary>
    public string Secrets => System.IO.Path.Combine(Path, "secrets");

    /// <summary>True when the folder exists.</summary>
    public bool Exists => Directory.Exists(Path);

    /// <summary>The home that verbs in a folder use: the one that the variable names, the nearest one upwards, or one that is not made yet.</summary>
    public static Home Find(string workingDirectory, string? variable)
    {
        if (!string.IsNullOrEmpty(variable))
        {
            return new(System.IO.Path.GetFullPath(variable, workingDirectory));
        }

        for (var folder = workingDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            var candidate = System.IO.Path.Combine(folder, FolderName);
            if (Directory.Exists(candidate))
            {
                return new(candidate);
            }
        }

        return new(System.IO.Path.Combine(workingDirectory, FolderName));
    }

    /// <summary>Makes the folder, for its owner only, where it is missing.</summary>
    /// <exception cref="HomeUnusableException">Nothing can be written there.</exception>
    public void Create()
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            Directory.CreateDirectory(Path, Owner);
            Directory.CreateDirectory(Logs, Owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HomeUnusableException(DiagnosticCatalog.HomeNotWritable.Error(null, $"{Path} cannot be made: {e.Message}"));
        }

        if (Posix.WhyNotWritable(Path) is { } why)
        {
            throw new HomeUnusableException(DiagnosticCatalog.HomeNotWritable.Error(null, $"{Path} cannot be written: {why}. Nothing was changed."));
        }
    }

    /// <summary>Returns where what is recorded can be read, or nothing is recorded.</summary>
    /// <exception cref="HomeUnusableException">It is somebody else's.</exception>
    public void CheckReadable()
    {
        if (Exists && Posix.WhyNotReadable(Path) is { } why)
        {
            throw new HomeUnusableException(DiagnosticCatalog.HomeNotReadable.Error(null, $"{Path} cannot be read by {Environment.UserName}: {why}."));
        }
    }

    /// <summary>True when steps have left work in the home.</summary>
    public bool HasWork
    {
        get
        {
            var work = System.IO.Path.Combine(Path, "work");
            return Directory.Exists(work) && Directory.EnumerateDirectories(work).Any();
        }
    }

    /// <summary>How many of the ledger's renamings of sessions the folders of their work have followed.</summary>
    internal int RenamesFollowed
    {
        get => DurableFile.Read(Followed) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        set
        {
            // In the same folder: once this is on disk, so are the moves.
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Followed)!);
            DurableFile.Write(Followed, Encoding.ASCII.GetBytes($"{value}"));
        }
    }

    private string Followed => System.IO.Path.Combine(Path, "work", "renames");

    /// <summary>The folder of a step's work.</summary>
    public string WorkOf(string session, StepAddress step, Fingerprint identity)
    {
        var name = new StringBuilder(step.ToString());
        name.Replace('/', '+').Replace(':', '=');
        return System.IO.Path.Combine(WorkOf(session), $"{name}-{identity.Short}");
    }

    /// <summary>The folder of all work of a session.</summary>
    public string WorkOf(string session) => System.IO.Path.Combine(Path, "work", session);
}
