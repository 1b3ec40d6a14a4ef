using System.Text;
using System.Text.Json;
using CsCheck;
using Portage.Configuration.Editing;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Tests.Reading;

public sealed class ConfigurationReaderProperties
{
    [Fact]
    public void Read_AnyCanonical_IsItsOwnCanonical() => Configurations.Canonical.Sample(canonical =>
    {
        Assert.Equal(canonical, ConfigurationReader.Read(canonical, "c.json").Canonical);
        Assert.Equal(canonical, CanonicalJson.Write(ConfigurationReader.ReadCanonical(canonical).Config!));
    });

    [Fact]
    public void Read_WhatIsShown_IsTheSameConfiguration() => Configurations.Canonical.Sample(canonical =>
    {
        Assert.Equal(canonical, ConfigurationReader.Read(ConfigurationEditor.Show(canonical, null, ShowFormat.Yaml).Text!, "c.yaml").Canonical);
        Assert.Equal(canonical, ConfigurationReader.Read(ConfigurationEditor.Show(canonical, null, ShowFormat.Json).Text!, "c.json").Canonical);
    });

    [Fact]
    public void Read_KeysInAnyOrderWithCommentsAndBlanks_MeansTheSame() =>
        Gen.Select(Configurations.Canonical, Gen.Int).Sample((canonical, seed) =>
        {
            var tree = JsonTree.Read(canonical, new Findings(null), withPlaces: false)!;
            var scrambled = Configurations.Scramble(tree, new Random(seed));
            var read = ConfigurationReader.Read(scrambled, "c.json");
            Assert.True(read.Canonical == canonical, scrambled + "\n" + DiagnosticText.Dump(read.Diagnostics));
        });

    [Fact]
    public void Read_DefaultsWrittenDown_MeansTheSame() => Configurations.Canonical.Sample(canonical =>
    {
        var config = ConfigurationReader.ReadCanonical(canonical).Config!;
        Assert.Equal(canonical, ConfigurationReader.Read(Configurations.Explicit(config), "c.json").Canonical);
    });

    [Fact]
    public void Between_AnyTwo_NamesExactlyWhatDiffers() => Gen.Select(Configurations.Canonical, Configurations.Canonical).Sample((a, b) =>
    {
        var changes = ConfigurationDifference.Between(a, b);
        Assert.Equal(a == b, changes.IsEmpty);
        Assert.Equal(changes, ConfigurationDifference.Between(b, a).Select(change => new FieldChange(change.Path, change.New, change.Old)));
    });

    [Fact]
    public void Read_AnyText_NeverThrows() => Gen.String.Sample(text => ConfigurationReader.Read(text, "any.yaml"));

    [Fact]
    public void Read_AnyTextOfConfigurationLetters_NeverThrows() =>
        Gen.Char["{}[]:,-\"'#&*!|>%@`?<\\ \n\t\rab01~/.\ud800é"].Array[0, 60].Sample(letters => ConfigurationReader.Read(new string(letters), "any.yaml"));

    [Theory]
    [InlineData(" :\t?\ud800:a\u00e9|bb[1*}&-")]
    [InlineData("targets:\n  blue: [https://blue.example:9200\nmigrations: {}\n")]
    public void Read_TextThatTheParserLosesItsWayIn_IsASyntaxError(string text) =>
        Assert.Equal("PG1001", Assert.Single(ConfigurationReader.Read(text, "any.yaml").Diagnostics).Code);

    [Fact]
    public void Read_ADamagedText_NeverThrowsAndNamesPlacesInIt()
    {
        var texts = new[] { Samples.Small, Samples.Canonical(Samples.Small), File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Portage.Configuration.Tests", "Goldens", "everything-given", "config.yaml")) };
        Gen.Select(Configurations.OneOf(texts), Gen.Int[0, 100_000], Gen.Int[0, 4], Gen.Char["{}[]:,-\"'#&*!|> \n\ta0é"]).Sample((text, at, how, letter) =>
        {
            at %= text.Length;
            var damaged = how switch
            {
                0 => text[..at],
                1 => text.Remove(at, 1),
                2 => text.Insert(at, letter.ToString()),
                3 => text[..at] + letter + text[(at + 1)..],
                _ => text[at..],
            };
            var read = ConfigurationReader.Read(damaged, "damaged.yaml");
            var lines = damaged.Split('\n');
            Assert.Equal(read.Canonical is null, read.Diagnostics.Any(diagnostic => diagnostic.Severity == Model.Diagnostics.Severity.Error));
            Assert.All(read.Diagnostics, diagnostic => Assert.True(
                diagnostic.At is { } place && place.Line <= lines.Length + 1 && (place.Line > lines.Length || place.Column <= lines[place.Line - 1].Length + 1),
                $"{diagnostic} is outside the text:\n{damaged}"));
        });
    }

    [Fact]
    public void Edit_AnyPathAndValue_NeverThrows()
    {
        var canonical = Samples.Canonical(Samples.Small);
        var paths = FieldWalker.Walk(ConfigurationReader.ReadCanonical(canonical).Config!, "").Select(value => value.Path)
            .Concat(["", "targets", "targets.blue", "targets.new", "migrations.securitylogs.slices.posts", "targets[0]", "a.b"]).ToArray();
        Gen.Select(Configurations.OneOf(paths), Gen.String, Configurations.OneOf("", "{}", "[]", "x", "8", "null", "'", "\"", "{", "- a", "[a, b]", "*"), Gen.Int[0, 40]).Sample((path, noise, value, cut) =>
        {
            foreach (var some in new[] { path, path[..Math.Min(cut, path.Length)], noise })
            {
                ConfigurationEditor.Add(canonical, some, value);
                ConfigurationEditor.Update(canonical, some, noise);
                ConfigurationEditor.Remove(canonical, some);
                ConfigurationEditor.Show(canonical, some, ShowFormat.Yaml);
            }
        });
    }
}

/// <summary>Configurations that pass every rule.</summary>
internal static class Configurations
{
    // Names are of one length, so that two that differ do not differ in their case or punctuation only.
    private static readonly Gen<string> Name = Gen.Select(OneOf("a", "Z", "0"), OneOf(".", "_", "-", "m"), Gen.Int[0, 99], (first, middle, number) => $"{number}{first}{middle}x");

    private static readonly Gen<string> Text = Gen.OneOf(
        OneOf("null", "~", "true", "8", "-", "- a", "a: b", "a #b", "#a", "'", "\"", "\\", "*", "&a", "!a", "?", "%", "@", "`", "[", "{", "é", "𝒳", " x ", "0x1", "1e3", ".inf", "---", "...", "=", "<<", "a,b", "yes"),
        Gen.Char["abcXYZ019 :,-#'\"\\*&!?{}[]|>%@`~é"].Array[1, 12].Select(letters => new string(letters)));

    private static readonly Gen<string> Endpoint = Gen.Int[1, 65_535].Select(port => $"http{(port % 2 == 0 ? "s" : "")}://h{port % 7}.example:{(port is 80 or 443 ? 9200 : port)}{(port % 3 == 0 ? "/search/es" : "")}");

    private static readonly Gen<AuthConfig?> Auth = Gen.OneOf(
        Gen.Const((AuthConfig?)null),
        Name.Select(name => (AuthConfig?)new AuthConfig { Basic = new() { Secret = name } }),
        Name.Select(name => (AuthConfig?)new AuthConfig { ApiKey = new() { Secret = name } }));

    private static readonly Gen<SliceConfig> Slice = Gen.Select(
        Gen.Int[1, 64], Gen.Bool, OneOf(Enum.GetValues<TypesChoice>()), Gen.Int[-1, 100], OneOf("manual", "auto", "none", "rejected == 0 && accepted > 5"),
        (workers, flag, types, replicas, gate) => new SliceConfig
        {
            Types = types,
            Metadata = new() { Skip = flag, Replicas = replicas < 0 ? null : replicas },
            Backfill = new() { Workers = workers, Approve = gate, Conflict = flag ? ConflictChoice.Overwrite : ConflictChoice.KeepExisting },
            Validate = new() { Mode = flag ? ValidateMode.Counts : ValidateMode.Full, Connections = workers },
        });

    private static readonly Gen<SourceMigrationConfig> Migration = Gen.Select(Endpoint, Auth, Gen.Dictionary(Name, Slice)[0, 4], Text, Gen.Bool, (endpoint, auth, slices, text, takes) => new SourceMigrationConfig
    {
        Source = new() { Endpoint = endpoint, Auth = auth, Version = takes ? "ES 7.10.2" : null },
        Snapshots = new SourceMigrationConfig().Snapshots.Add("main", new()
        {
            Repository = new() { File = new() { Path = "/" + text.Replace('/', '-').TrimEnd('/'), SourcePath = takes ? "/elsewhere" : null } },
            Existing = takes ? null : text,
            Take = takes ? new() { IncludeGlobalState = false } : null,
        }),
        Slices = new SourceMigrationConfig().Slices.AddRange(Distinct(slices).Select((slice, i) =>
            KeyValuePair.Create(slice.Key, slice.Value with { Indices = new() { Include = [$"i{i}-*", $"j{i}-?"], Exclude = i == 0 ? [] : ["*-debug"] } }))),
    });

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static Gen<string> Canonical { get; } = Gen.Select(Gen.Dictionary(Name, Gen.Select(Endpoint, Auth))[0, 3], Gen.Dictionary(Name, Migration)[0, 3], (targets, migrations) =>
    {
        var config = new MigrationConfig
        {
            Targets = new MigrationConfig().Targets.AddRange(Distinct(targets).Select(target => KeyValuePair.Create(target.Key, new TargetConfig { Endpoint = target.Value.Item1, Auth = target.Value.Item2 }))),
            Migrations = new MigrationConfig().Migrations.AddRange(Distinct(migrations)),
        };
        return CanonicalJson.Write(config);
    });

    /// <summary>The same text with its keys in another order, comments, blanks and trailing commas.</summary>
    public static string Scramble(ConfigNode node, Random random)
    {
        var text = new StringBuilder();
        string Noise() => random.Next(6) switch { 0 => " /* { */ ", 1 => "\n  ", 2 => " // }\n", _ => "" };
        void Write(ConfigNode node)
        {
            text.Append(Noise());
            if (node is ConfigObject map)
            {
                text.Append('{');
                var entries = map.Entries.ToArray();
                random.Shuffle(entries);
                for (var i = 0; i < entries.Length; i++)
                {
                    text.Append(Noise()).Append(JsonSerializer.Serialize(entries[i].Key)).Append(Noise()).Append(':');
                    Write(entries[i].Value);
                    text.Append(i < entries.Length - 1 || random.Next(2) == 0 ? "," : "");
                }

                text.Append(Noise()).Append('}');
            }
            else
            {
                text.Append(JsonText.WriteLine(node));
            }
        }

        Write(node);
        return text.ToString();
    }

    /// <summary>The configuration as JSON with every field written down, also those at their default.</summary>
    public static string Explicit(MigrationConfig config)
    {
        string Write(RecordShape shape, object record) => "{" + string.Join(",", shape.Fields.Select(field =>
        {
            var value = field.Get(record);
            return JsonSerializer.Serialize(field.Name) + ":" + field.Kind switch
            {
                _ when value is null => "null",
                FieldKind.Record => Write(field.Record!, value),
                FieldKind.Map => "{" + string.Join(",", MapShape.Entries(value).Select(entry => JsonSerializer.Serialize(entry.Name) + ":" + Write(field.Record!, entry.Record))) + "}",
                FieldKind.Texts when field.Facts.NotEmpty && CanonicalJson.WriteValue(field, value) == "[]" => "null",
                _ => CanonicalJson.WriteValue(field, value),
            };
        })) + "}";

        return Write(RecordShape.Root, config);
    }

    // Names that a backend could not tell apart are refused, so only the first of them stays.
    private static IEnumerable<KeyValuePair<string, T>> Distinct<T>(Dictionary<string, T> named) =>
        named.OrderBy(entry => entry.Key, StringComparer.Ordinal).DistinctBy(entry => string.Concat(entry.Key.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')));
}
