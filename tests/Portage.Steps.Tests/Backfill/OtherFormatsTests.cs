using System.Text;
using Portage.Configuration;
using Portage.Steps.Backfill;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Documents that were sent as CBOR, SMILE or YAML.</summary>
public sealed class OtherFormatsTests
{
    [Fact]
    public async Task RunAsync_SourcesInEveryFormat_ArriveAsTheServerShowsThemAndCompareTheSame()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-8.19.21", new() { Indices = new() { Include = ["formats"] } });
        var done = await slice.DoAsync(new BackfillStep());
        var golden = slice.Golden("formats").ToArray();
        Assert.Equal((golden.Length, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["rejected"]));
        Assert.Equal(golden.Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Order(StringComparer.Ordinal), slice.OnTarget("formats"));

        var compared = await slice.DoAsync(new ValidateStep());
        Assert.Equal($"{golden.Length} documents compared: all the same", compared.Report.Lines[0]);

        await slice.Target.PutAsync("/formats/_doc/yaml", """{"n":4.0,"s":"é","a":[1,true,null]}""", TestContext.Current.CancellationToken);
        await slice.Run.FilesOf(new ValidateStep()).Item("formats").DeleteAllAsync(TestContext.Current.CancellationToken);
        var again = await slice.DoAsync(new ValidateStep());
        Assert.Equal(1, again.Report.Numbers["differing"]);
        Assert.Contains("\"yaml\"", Assert.Single(slice.Findings(new ValidateStep())), StringComparison.Ordinal);
        Assert.DoesNotContain("\uFFFD", Encoding.UTF8.GetString([.. slice.Run.Disk.Files.Values.SelectMany(bytes => bytes)]), StringComparison.Ordinal);
    }
}
