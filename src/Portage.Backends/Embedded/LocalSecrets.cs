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
