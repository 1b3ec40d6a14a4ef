using CsCheck;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules;
using Portage.Configuration.Tests.Reading;
using Portage.Model.Clusters;

namespace Portage.Configuration.Tests.Rules;

public sealed class IndexPatternRuleTests
{
    [Fact]
    public void Check_AnyRegexThatPasses_IsAPattern() =>
        Configurations.OneOf("a", "b", "-", ".", "*", "+", "?", "|", "(", ")", "[", "]", "^", "$", "(?:", "(?=", "(?<!", "(?>", "(?i)", "\\d", "\\w", "\\.", "\\1", "\\k<a>", "(?<a>", "\\G", "\\b", "\\p{L}", "{2}", "{9999}", "\\")
            .Array[1, 8].Sample(parts =>
            {
                var text = $"regex:{string.Concat(parts)}";
                if (IndexPatternRule.Check(text, ConfigPath.Root, new Findings(null)) is not null)
                {
                    Assert.Equal(text, new IndexPattern(text).Text);
                }
            }, iter: 2_000);
}
