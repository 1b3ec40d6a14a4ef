using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Tests.Transforms;

/// <summary>What transforms do to mappings.</summary>
public sealed class TransformRulesTests
{
    private static readonly TransformConfig Rename = new() { Rename = new() { Field = "user.name", To = "login" } };

    [Fact]
    public void Apply_ARename_FollowsInAliasesAndCopies()
    {
        var (mapping, said) = Applied(
            """{"user":{"properties":{"id":{"type":"long"},"name":{"type":"text","fields":{"raw":{"type":"keyword"}}}}},"who":{"type":"alias","path":"user.name"},"title":{"type":"text","copy_to":["user.name","all"]}}""",
            Rename);

        Assert.Equal(
            """{"user":{"properties":{"id":{"type":"long"},"login":{"type":"text","fields":{"raw":{"type":"keyword"}}}}},"who":{"type":"alias","path":"user.login"},"title":{"type":"text","copy_to":["user.login","all"]}}""",
            mapping);
        Assert.Equal(["Changed field user.name → user.login (transforms[0] rename)"], said);
    }

    [Fact]
    public void Apply_ARenameOntoAMappedField_LeavesThatOneAsItIs()
    {
        var (mapping, said) = Applied("""{"user":{"properties":{"name":{"type":"text"},"login":{"type":"keyword"}}}}""", Rename);

        Assert.Equal("""{"user":{"properties":{"login":{"type":"keyword"}}}}""", mapping);
        Assert.Equal(["Changed field user.name → user.login, which is mapped already and stays as it is: keyword (transforms[0] rename)"], said);
    }

    [Fact]
    public void Apply_AMoveBelowAFieldThatIsNoObject_IsImpossible()
    {
        var (_, said) = Applied("""{"ip":{"type":"ip"},"client":{"type":"keyword"}}""", new TransformConfig { Move = new() { Field = "ip", To = "client.ip" } });

        Assert.Equal(["Impossible field ip → client.ip: client is no object (transforms[0] move)"], said);
    }

    [Fact]
    public void Apply_ARemove_TakesTheAliasesAlong()
    {
        var (mapping, said) = Applied("""{"a":{"properties":{"b":{"type":"long"}}},"c":{"type":"alias","path":"a.b"}}""", new TransformConfig { Remove = new() { Field = "a" } });

        Assert.Equal("{}", mapping);
        Assert.Equal(2, said.Length);
    }

    [Theory]
    [InlineData("long", ConvertChoice.Long, "long")]
    [InlineData("integer", ConvertChoice.Long, "integer")]
    [InlineData("text", ConvertChoice.Long, "long")]
    [InlineData("scaled_float", ConvertChoice.Double, "scaled_float")]
    [InlineData("date", ConvertChoice.String, "keyword")]
    [InlineData("text", ConvertChoice.String, "text")]
    [InlineData("long", ConvertChoice.DateOfSeconds, "date")]
    public void Apply_AConversion_GivesATypeThatTakesTheValues(string type, ConvertChoice to, string expected)
    {
        var (mapping, _) = Applied($$$"""{"v":{"type":"{{{type}}}"}}""", new TransformConfig { Convert = new() { Field = "v", To = to } });

        Assert.Equal($$$"""{"v":{"type":"{{{expected}}}"}}""", mapping);
    }

    [Fact]
    public void Apply_ToATemplate_FindsItsMapping()
    {
        var definition = (JsonObject)JsonNode.Parse("""{"index_patterns":["a-*"],"template":{"mappings":{"properties":{"user":{"properties":{"name":{"type":"text"}}}}}}}""")!;
        var made = TransformRules.Apply(new(new(ObjectKind.IndexTemplate, "a"), definition, []), Transforms(Rename));

        Assert.Equal("""{"user":{"properties":{"login":{"type":"text"}}}}""", made.Definition["template"]!["mappings"]!["properties"]!.ToJsonString());
    }

    private static (string Mapping, string[] Said) Applied(string properties, TransformConfig transform)
    {
        var definition = new JsonObject { ["mappings"] = new JsonObject { ["properties"] = JsonNode.Parse(properties) } };
        var made = TransformRules.Apply(new(new(ObjectKind.Index, "a"), definition, []), Transforms(transform));
        return (made.Definition["mappings"]!["properties"]!.ToJsonString(), [.. made.Findings.Select(finding => $"{finding.Kind} {finding.Text}")]);
    }

    private static SliceTransforms Transforms(TransformConfig transform) => SliceTransforms.Of(new SliceConfig { Transforms = [transform] }, "slice");
}
