using Portage.Cli.Shell;
using Portage.Engine.Ports;

namespace Portage.Cli.Views;

/// <summary>Lines of the log.</summary>
internal static class LogView
{
    /// <summary>A line: for programs as it was written, whatever it says; as YAML a document each.</summary>
    public static string Line(OutputFormat format, LogLine line) => format switch
    {
        OutputFormat.Text => Text(line),
        OutputFormat.Yaml => Structured.YamlDocument(line.Json),
        _ => line.Json,
    };

    private static string Text(LogLine line)
    {
        var exception = line.Exception is { } text ? $"\n    {text.Replace("\n", "\n    ", StringComparison.Ordinal)}" : "";
        return $"{line.At.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff}  {line.Level,-11}  {line.Service,-10}  {line.Message}{exception}";
    }
}
