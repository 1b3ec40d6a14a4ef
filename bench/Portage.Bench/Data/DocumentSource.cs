using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Portage.Bench.Data;

/// <summary>
/// Documents as a web shop logs them, about a kilobyte each: words of a vocabulary by Zipf's law, few hosts and agents, and
/// identifiers, addresses and durations that do not repeat. The same seed makes the same documents.
/// </summary>
internal sealed class DocumentSource
{
    private const int VocabularySize = 4_000;

    private static readonly string[] Levels = ["INFO", "INFO", "INFO", "INFO", "WARN", "ERROR", "DEBUG"];
    private static readonly string[] Services = ["checkout", "catalog", "search", "payment", "shipping", "session", "recommend", "mail"];
    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "PUT", "DELETE"];
    private static readonly string[] Agents =
    [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/87.0.4280.66 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 14_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:83.0) Gecko/20100101 Firefox/83.0",
        "okhttp/4.9.0",
    ];

    private readonly Random _random;
    private readonly string[] _words;
    private readonly StringBuilder _text = new();
    private DateTime _at = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public DocumentSource(int seed)
    {
        _random = new(seed);
        _words = [.. Enumerable.Range(0, VocabularySize).Select(_ => Word())];
    }

    /// <summary>Writes the next document.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        _at = _at.AddMilliseconds(_random.Next(400));
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("@timestamp", _at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteString("level", Pick(Levels));
        json.WriteString("service", Pick(Services));
        json.WriteString("host", $"web-{_random.Next(40):00}.shop.example");
        json.WriteString("trace", Convert.ToHexStringLower(Bytes(16)));
        json.WriteString("span", Convert.ToHexStringLower(Bytes(8)));
        json.WriteStartObject("http");
        json.WriteString("method", Pick(Methods));
        json.WriteString("path", $"/{Zipf()}/{Zipf()}/{_random.Next(1_000_000)}?q={Zipf()}&page={_random.Next(20)}");
        json.WriteNumber("status", _random.Next(20) == 0 ? 500 : 200);
        json.WriteNumber("bytes", _random.Next(200_000));
        json.WriteNumber("durationMs", Math.Round(_random.NextDouble() * 1_000, 3));
        json.WriteString("agent", Pick(Agents));
        json.WriteEndObject();
        json.WriteStartObject("client");
        json.WriteString("address", new System.Net.IPAddress(Bytes(4)).ToString());
        json.WriteStartArray("location");
        json.WriteNumberValue(Math.Round((_random.NextDouble() * 360) - 180, 6));
        json.WriteNumberValue(Math.Round((_random.NextDouble() * 180) - 90, 6));
        json.WriteEndArray();
        json.WriteNumber("customer", _random.Next(5_000_000));
        json.WriteEndObject();
        json.WriteStartArray("items");
        for (var i = _random.Next(4); i > 0; i--)
        {
            json.WriteStartObject();
            json.WriteString("sku", $"{_random.Next(100_000):00000}-{Zipf()}");
            json.WriteNumber("price", _random.Next(100_000) / 100m);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("message", Sentence(_random.Next(20, 70)));
        json.WriteEndObject();
    }

    private string Sentence(int words)
    {
        _text.Clear();
        for (var i = 0; i < words; i++)
        {
            _text.Append(i == 0 ? "" : " ").Append(Zipf());
        }

        return _text.ToString();
    }

    /// <summary>The word of rank n comes about 1/n as often as the first.</summary>
    private string Zipf() => _words[(int)Math.Pow(VocabularySize, _random.NextDouble()) - 1];

    private string Word()
    {
        const string Consonants = "bcdfghklmnprstvw";
        const string Vowels = "aeiou";
        _text.Clear();
        for (var i = _random.Next(1, 4); i >= 0; i--)
        {
            _text.Append(Consonants[_random.Next(Consonants.Length)]).Append(Vowels[_random.Next(Vowels.Length)]);
        }

        return _text.ToString();
    }

    private string Pick(string[] among) => among[_random.Next(among.Length)];

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
