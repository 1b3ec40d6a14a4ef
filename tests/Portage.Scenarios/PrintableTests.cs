using Portage.Cli.Shell;

namespace Portage.Scenarios;

/// <summary>What documents and clusters say is shown, and moves nothing.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("Stra\u00dfe, \u65e5\u672c \ud83d\ude00", "Stra\u00dfe, \u65e5\u672c \ud83d\ude00")]
    [InlineData("a\u001b[2Jb\u0007", "a\ufffd[2Jb\ufffd")]
    [InlineData("a\u009bb\u202ec", "a\ufffdb\ufffdc")]
    [InlineData("a\r\nb\tc", "a  b c")]
    public void Line_OfAnyText_MovesNoCursor(string text, string shown) => Assert.Equal(shown, Printable.Line(text));

    [Fact]
    public void Lines_OfAnyText_KeepTheirBreaks() => Assert.Equal("a\n\tb\ufffd", Printable.Lines("a\n\tb\u001b"));
}
