using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning.Destroying;

namespace Portage.Planning;

/// <summary>What would happen, step by step, in the order in which people read it.</summary>
/// <param name="Changes">One for each step that is wanted or recorded.</param>
/// <param name="Steps">The wanted steps by address, with their edges.</param>
public sealed record Plan(ImmutableArray<StepChange> Changes, ImmutableDictionary<StepAddress, WantedStep> Steps)
{
    private const int PieceLength = 32 * 1_024;

    /// <summary>
    /// What approvals and <c>start --plan</c> name. Over the changes and the inputs of every wanted step; not over
    /// reasons, estimates or descriptions.
    /// </summary>
    public required Fingerprint Hash { get; init; }

    /// <summary>True when starting the plan would do nothing.</summary>
    public bool IsEmpty => Changes.All(change => change is StepChange.Keep or StepChange.Collect { StopsWork: false });

    /// <summary>Everything that the plan deletes, empties or overwrites, each thing once.</summary>
    public ImmutableArray<Destruction> Destroys => DestructionText.Merge(Changes.SelectMany(change => change.Destroys));

    /// <summary>Of those, what goes whatever else happens.</summary>
    public ImmutableArray<Destruction> CertainlyDestroys => DestructionText.Merge(Changes.Where(change => !change.IsConditional).SelectMany(change => change.Destroys));

    /// <summary>Of those, what goes only should an earlier step come out differently.</summary>
    public ImmutableArray<Destruction> PerhapsDestroys
    {
        get
        {
            var certain = CertainlyDestroys.Select(one => (one.Kind, one.Target, one.Name)).ToHashSet();
            return [.. Destroys.Where(one => !certain.Contains((one.Kind, one.Target, one.Name)))];
        }
    }

    /// <summary>What is destroyed as the end of a sentence, as <c>destroys 1 index, 3 documents on blue; may destroy, if it comes to that, 2 documents on green</c>.</summary>
    public string DestroysText => string.Join("; ", ((string[])[Part("destroys", CertainlyDestroys), Part("may destroy, if it comes to that, up to", PerhapsDestroys)]).Where(part => part.Length > 0));

    private static string Part(string verb, ImmutableArray<Destruction> destroys) => destroys.IsEmpty ? "" : $"{verb} {string.Join("; ", DestructionText.Of(destroys))}";

    /// <summary>True when starting the plan may destroy something, so that a person must have said so.</summary>
    public bool IsDestructive => Changes.Any(change => change.Destroys.Length > 0 || change.Unseen is not null);

    /// <summary>The changes that forbid a start.</summary>
    public IEnumerable<StepChange.Block> Blocks => Changes.OfType<StepChange.Block>();

    internal static Fingerprint HashOf(ImmutableArray<StepChange> changes, IReadOnlyDictionary<StepAddress, WantedStep> steps)
    {
        // Piece by piece: the text of a large plan takes tens of megabytes. No line is cut in two.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (text, bytes) = (new StringBuilder("plan 2\n"), new ArrayBufferWriter<byte>());
        foreach (var change in changes)
        {
            if (text.Length > PieceLength)
            {
                Take();
            }

            text.Append(change.Word).Append(change.IsConditional ? "? " : " ").Append(change.Address).Append('\n');
            Append(text, "redo", change.Redone);
            Append(text, "add", change.Added);
            foreach (var key in change.Destroys.Select(destroys => destroys.Key).Order(StringComparer.Ordinal))
            {
                text.Append("destroys ").Append(key).Append('\n');
            }

            text.Append(change.Unseen is null ? "" : "destroys what cannot be seen\n");
            if (steps.TryGetValue(change.Address, out var step))
            {
                foreach (var part in step.Inputs.Where(part => !part.IsDefault))
                {
                    text.Append(part.Key).Append('=').Append(part.Value).Append('\n');
                }

                text.Append(step.Version).Append(' ').Append(step.Gate).Append('\n');
            }
        }

        Take();
        return new(Convert.ToHexStringLower(hash.GetHashAndReset()));

        void Take()
        {
            bytes.ResetWrittenCount();
            Encoding.UTF8.GetBytes(text.ToString(), bytes);
            hash.AppendData(bytes.WrittenSpan);
            text.Clear();
        }
    }

    private static void Append(StringBuilder text, string word, ImmutableArray<string> items)
    {
        if (items.IsDefault)
        {
            text.Append(word).Append(" all\n");
            return;
        }

        foreach (var item in items)
        {
            text.Append(word).Append(' ').Append(item).Append('\n');
        }
    }
}
