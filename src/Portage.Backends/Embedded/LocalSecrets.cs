using System.Text;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Backends.Embedded;

/// <summary>
/// Secrets from the environment (<c>PORTAGE_SECRET_&lt;NAME&gt;</c>, upper case, with <c>-</c> and <c>.</c> as <c>_</c>) or from a file
/// of mode 0600 under the home's <c>secrets</c> folder. One line break at the end is not part of the value.
/// </summary>
public sealed class LocalSecrets(Home home, Func<string, string?> variable) : ISecretSource
{
    /// <summary>The environment variable of a secret.</summary>
    public static string VariableOf(string name) => "PORTAGE_SECRET_" + name.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    /// <summary>The names of the secrets kept in files, in order.</summary>
    public IReadOnlyList<string> Names() => Directory.Exists(home.Secrets)
        ? [.. Directory.EnumerateFiles(home.Secrets).Select(file => Path.GetFileName(file)).Where(name => StepAddress.IsName(name)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Keeps a secret in a file, in place of one that is kept under the name, and returns when that survives a power loss. The file is there whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; what was kept before still is.</exception>
    public void Keep(string name, string value) => Keep(name, value, Disk.OfThisMachine);

    internal void Keep(string name, string value, Disk disk)
    {
        Directory.CreateDirectory(home.Secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // No name of a secret begins with a dot. What somebody who was killed left there may be open to others.
        var next = Path.Combine(home.Secrets, $".{name}{DurableFile.Unfinished}");
        File.Delete(next);
        try
        {
            using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(Encoding.UTF8.GetBytes(value));
                disk.Flush(file);
            }

            File.Move(next, Path.Combine(home.Secrets, name), overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }

        disk.FlushFolder(home.Secrets);
    }

    /// <inheritdoc/>
    public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult(Read(name));

    private string Read(string name)
    {
        if (variable(VariableOf(name)) is { Length: > 0 } value)
        {
            return value;
        }

        var path = Path.Combine(home.Secrets, name);
        if (!StepAddress.IsName(name) || !File.Exists(path))
        {
            throw new StepException(
                DiagnosticCatalog.SecretMissing.Error(null, $"The secret '{name}' is neither in the environment variable {VariableOf(name)} nor in the file {path}.") with { Command = $"workflow credentials create {name}" },
                isTransient: false,
                null);
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if ((File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new StepException(
                DiagnosticCatalog.SecretReadable.Error(null, $"The file {path} can be read by others (mode {Convert.ToString((int)File.GetUnixFileMode(path), 8)}); expected mode 600.") with { Command = $"chmod 600 {path}" },
                isTransient: false,
                null);
        }

        var text = File.ReadAllText(path);
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }
}
