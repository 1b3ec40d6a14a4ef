using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Portage.Fuzz;

/// <summary>
/// Gives a target damaged inputs. Those that are refused with words that were not heard before are kept and damaged further: so it gets behind the first
/// checks of a parser without knowing its code.
/// </summary>
/// <remarks>From one seed the same inputs come in the same order, whatever the machine.</remarks>
internal sealed partial class FuzzRun(FuzzTarget target, int seed)
{
    private const int KeptMax = 2_000;
    private const int KeptBytesMax = 1 << 20;

    /// <summary>Longer for one input is a hang. Far above what a busy machine takes.</summary>
    private static readonly TimeSpan HangTime = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private readonly List<FuzzSeed> _kept = [];
    private byte[] _input = [];
    private string _from = "";
    private long _startedAt;

    /// <summary>Inputs so far.</summary>
    public long Rounds { get; private set; }

    /// <summary>Different refusals so far.</summary>
    public int Heard => _heard.Count;

    /// <summary>The first thing that no parser should do; null when nothing was found.</summary>
    public FuzzFinding? Run(Func<long, bool> goesOn)
    {
        FuzzFinding? found = null;
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        // A thread of its own: it cannot be waited for where it hangs.
        var thread = new Thread(() => found = Loop(goesOn)) { IsBackground = true };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) > HangTime)
            {
                return new(target.Name, _from, _input, $"no end after {HangTime.TotalSeconds:0} s");
            }
        }

        return found;
    }

    private FuzzFinding? Loop(Func<long, bool> goesOn)
    {
        var random = new Random(seed);
        var mutator = new Mutator(random);
        while (goesOn(Rounds))
        {
            var sound = Pick(random);
            var input = mutator.Damage(sound.Bytes, Pick(random).Bytes);
            if (random.Next(8) != 0)
            {
                target.Mend(sound, input);
            }

            (_input, _from) = (input, sound.Name);
            Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
            if (Try(sound, input) is { } finding)
            {
                return finding;
            }

            Rounds++;
        }

        return null;
    }

    private FuzzSeed Pick(Random random) => _kept.Count > 0 && random.Next(3) == 0 ? _kept[random.Next(_kept.Count)] : target.Seeds[random.Next(target.Seeds.Count)];

    private FuzzFinding? Try(FuzzSeed sound, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(sound, input);
        }
        catch (Exception failure) when (target.IsExpected(failure))
        {
            if (input.Length <= KeptBytesMax && _kept.Count < KeptMax && _heard.Add(Words(failure)))
            {
                _kept.Add(sound with { Bytes = input });
            }
        }
        catch (Exception failure)
        {
            return new(target.Name, sound.Name, input, failure.ToString());
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > target.AllocationMax(input.Length) ? new(target.Name, sound.Name, input, $"{allocated:N0} bytes allocated for {input.Length:N0}") : null;
    }

    // What was expected tells where it happened; what was found is as arbitrary as the damage.
    private static string Words(Exception failure) => $"{failure.GetType().Name} {Numbers().Replace(failure.Message.Split(", found ")[0], "#")}";

    [GeneratedRegex("[0-9A-F]{2,}|[0-9]+|'[^']*'", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}

/// <summary>What a parser should never do, and what makes it do so.</summary>
/// <param name="What">An exception, or a sentence.</param>
internal sealed record FuzzFinding(string Target, string Seed, byte[] Input, string What)
{
    /// <summary>A name for a file with the input.</summary>
    public string FileName => $"{Target}-{Convert.ToHexStringLower(SHA256.HashData(Input))[..12]}.bin";

    public override string ToString() => new StringBuilder().Append(Target).Append(", made of ").Append(Seed).Append(", ").Append(Input.Length).Append(" bytes: ").Append(What).ToString();
}
