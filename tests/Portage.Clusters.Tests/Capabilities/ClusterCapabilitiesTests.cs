using Portage.Clusters.Capabilities;
using Portage.Model.Clusters;

namespace Portage.Clusters.Tests.Capabilities;

public sealed class ClusterCapabilitiesTests
{
    [Theory]
    [InlineData("ES 5.6.16", false, true)]
    [InlineData("ES 6.8.23", false, true)]
    [InlineData("ES 7.7.1", false, false)]
    [InlineData("ES 7.8.0", true, false)]
    [InlineData("ES 8.0.0", true, false)]
    [InlineData("OS 1.0.0", true, false)]
    [InlineData("OS 3.8.0", true, false)]
    public void Of_Version_Says(string version, bool hasComposableTemplates, bool hasMappingTypes)
    {
        Assert.True(ClusterVersion.TryParse(version, out var parsed));
        var capabilities = new ClusterCapabilities(parsed);
        Assert.Equal((hasComposableTemplates, hasMappingTypes, !hasMappingTypes), (capabilities.HasComposableTemplates, capabilities.HasMappingTypes, capabilities.TakesBulkWithoutType));
    }
}
