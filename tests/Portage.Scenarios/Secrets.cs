using System.Text;

namespace Portage.Scenarios;

/// <summary>Looks for a password where none may be.</summary>
internal static class Secrets
{
    /// <summary>Insists that neither what was said nor any file of the home, but for the secret's own, has a login in any form.</summary>
    /// <param name="login">As <c>USER:PASSWORD</c>.</param>
    public static void AreNowhere(Workflow workflow, string login, params IEnumerable<Ran> ran)
    {
        string[] forms = [login[(login.IndexOf(':', StringComparison.Ordinal) + 1)..], Convert.ToBase64String(Encoding.UTF8.GetBytes(login))];
        foreach (var form in forms)
        {
            Assert.All(ran, one => Assert.DoesNotContain(form, one.Out + one.Error, StringComparison.Ordinal));
            var bytes = Encoding.UTF8.GetBytes(form);
            var files = Directory.EnumerateFiles(workflow.Home, "*", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(Path.Combine(workflow.Home, "secrets"), StringComparison.Ordinal) && ReadAll(file).AsSpan().IndexOf(bytes) >= 0);
            Assert.Empty(files);
        }
    }

    private static byte[] ReadAll(string file)
    {
        // As the program has it open: the ledger is written to while we look.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }
}
