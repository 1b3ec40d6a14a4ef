using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

public sealed class DocumentIdTests
{
    [Theory]
    [InlineData("FF6120C3BC", "a ü")]
    [InlineData("FE0070", "0070")]
    [InlineData("FE007F", "007")]
    [InlineData("FD", "")]
    [InlineData("FDFF00", "_wA")]
    [InlineData("7683BE668E01FE1A", "doO-Zo4B_ho")]
    [InlineData("D5", "1Q")]
    public void Decode_StoredForm_GivesTheText(string hex, string id) => Assert.Equal(id, DocumentId.Decode(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("")]
    [InlineData("FEA0")]
    public void Decode_NoId_GivesNull(string hex) => Assert.Null(DocumentId.Decode(Convert.FromHexString(hex)));
}
