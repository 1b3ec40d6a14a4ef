using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

public sealed class SourceFormatTests
{
    [Theory]
    [InlineData("7B7D", SourceFormat.Json)]
    [InlineData("0A20097B7D", SourceFormat.Json)]
    [InlineData("EFBBBF7B7D", SourceFormat.Json)]
    [InlineData("3A290A05FAFB", SourceFormat.Smile)]
    [InlineData("BFFF", SourceFormat.Cbor)]
    [InlineData("A16161F6", SourceFormat.Cbor)]
    [InlineData("D9D9F7BFFF", SourceFormat.Cbor)]
    [InlineData("2D2D2D0A613A20310A", SourceFormat.Yaml)]
    [InlineData("", SourceFormat.Unknown)]
    [InlineData("00", SourceFormat.Unknown)]
    [InlineData("20", SourceFormat.Unknown)]
    public void Of_FirstBytes_TellTheFormat(string hex, SourceFormat format) =>
        Assert.Equal(format, SourceFormats.Of(Convert.FromHexString(hex)));
}
