using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Portage.Model.Addresses;
using Portage.Model.Clusters;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;

namespace Portage.Steps.Tests.Planning.Fingerprints;

public sealed class ConsumeProperties
{
    private static readonly Gen<string> Name = Gen.Char["ab-"].Array[1, 4].Select(letters => new string(letters));

    private static readonly Gen<string> Pattern = Gen.OneOf(
        Gen.Char["ab-*?\\"].Array[1, 4].Select(letters => new string(letters)),
        Name,
        OneOf("regex:a.*", "regex:[ab]-|b", "*", "a*"));

    [Fact]
    public void Consume_AnyPatternsAndOutputs_AreThoseThatEachNameIsAskedFor() =>
        Gen.Select(Gen.Select(OneOf("documents", "definitions"), Name).Array[0, 30], Pattern.Array[0, 4], Pattern.Array[0, 2]).Sample((names, include, exclude) =>
        {
            ImmutableArray<OutputPart> outputs = [.. names.Select((name, i) => new OutputPart(name.Item1, name.Item2, Fingerprint.Of($"{i}")))];
            var edge = new InputEdge(new StepAddress("shop", "main", null, StepKind.Snapshot), "documents", [.. include], [.. exclude], RestsOn: false) { SelectedBy = "indices" };
            var consumed = Fingerprinting.Consume(edge, outputs);
            var asked = outputs
                .Where(part => part.Group == "documents" && include.Any(text => new IndexPattern(text).Matches(part.Name)) && !exclude.Any(text => new IndexPattern(text).Matches(part.Name)))
                .OrderBy(part => part.Name, StringComparer.Ordinal)
                .ToArray();
            Assert.Equal(asked.Select(part => new StepItem(part.Name, part.Digest)), consumed.Items);
            Assert.Equal(Fingerprint.Of(asked.Aggregate(new StringBuilder(), (text, part) => text.Append(part.Name).Append('\n').Append(part.Digest.Hex).Append('\n')).ToString()), consumed.Digest);
        });

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);
}
