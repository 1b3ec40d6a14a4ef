using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Tests.Formats;

public sealed class SourceVersionTests
{
    [Theory]
    [InlineData(5061699, "ES 5.6.16")]
    [InlineData(7100299, "ES 7.10.2")]
    [InlineData(7172999, "ES 7.17.29")]
    [InlineData(8100499, "ES 8.10.4")]
    [InlineData(8537000, "ES 8.11 or later")]
    [InlineData(9033000, "ES 9.0 or later")]
    [InlineData(135249127, "OS 1.3.13")]
    [InlineData(136407927, "OS 2.19.1")]
    [InlineData(137297827, "OS 3.8.0")]
    public void ToString_KnownNumber_SaysProductAndVersion(long id, string text) => Assert.Equal(text, new SourceVersion(id).ToString());
}
