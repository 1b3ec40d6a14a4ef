namespace Portage.Mutations;

/// <summary>Makes each mistake in turn and asks the tests.</summary>
internal sealed class Measurement(ScratchCheckout checkout, TextWriter output)
{
    // A machine may be busier than it was when the same tests were asked about the code as it is.
    private const int SlowerMax = 10;
    private static readonly TimeSpan PatienceMin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BaselinePatience = TimeSpan.FromMinutes(20);

    /// <summary>The verdict on each mutation.</summary>
    /// <exception cref="UnmeasurableException">A mutation does not compile, or tests fail without any mistake in the code.</exception>
    public async Task<IReadOnlyList<Verdict>> RunAsync(string root, IReadOnlyList<Mutation> mutations, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        var rounds = Weaving.Rounds(root, mutations);
        foreach (var (number, round) in rounds.Index())
        {
            var selections = round.SelectMany(mutation => mutation.Tests).DistinctBy(tests => $"{tests}").ToArray();
            var projects = selections.Select(tests => tests.Folder).Distinct(StringComparer.Ordinal).ToArray();
            await output.WriteLineAsync($"build {number + 1} of {rounds.Count}: {round.Count} mutations, {projects.Length} test projects");
            var problems = await checkout.BuildAsync(round, projects, cancellationToken);
            if (problems.Count > 0)
            {
                throw new UnmeasurableException(string.Join('\n', problems));
            }

            var patience = await BaselineAsync(selections, cancellationToken);
            foreach (var mutation in round)
            {
                var verdict = await JudgeAsync(mutation, patience, cancellationToken);
                verdicts.Add(verdict);
                await output.WriteLineAsync(verdict.ToString());
            }
        }

        return [.. verdicts.OrderBy(verdict => verdict.Mutation.Area, StringComparer.Ordinal).ThenBy(verdict => verdict.Mutation.Id)];
    }

    /// <summary>Asks about the code with every switch off: what fails then would be taken for a kill.</summary>
    private async Task<Dictionary<string, TimeSpan>> BaselineAsync(IReadOnlyList<TestSelection> selections, CancellationToken cancellationToken)
    {
        var patience = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var tests in selections)
        {
            var answer = await Asking.AskAsync(checkout, tests, null, BaselinePatience, cancellationToken);
            if (!answer.Failed.IsEmpty)
            {
                throw new UnmeasurableException($"{tests} fails without any mistake in the code: {string.Join(", ", answer.Failed)}");
            }

            if (answer.Passed == 0)
            {
                throw new UnmeasurableException($"{tests}: no test passed, {answer.Skipped} skipped; without fixtures and servers beside the checkout there is nothing to ask");
            }

            if (answer.Skipped > 0)
            {
                await output.WriteLineAsync($"      {tests}: {answer.Skipped} tests are skipped here");
            }

            patience[$"{tests}"] = answer.Took * SlowerMax > PatienceMin ? answer.Took * SlowerMax : PatienceMin;
        }

        return patience;
    }

    private async Task<Verdict> JudgeAsync(Mutation mutation, Dictionary<string, TimeSpan> patience, CancellationToken cancellationToken)
    {
        var (asked, took) = (0, TimeSpan.Zero);
        foreach (var tests in mutation.Tests)
        {
            var answer = await Asking.AskAsync(checkout, tests, mutation.Id, patience[$"{tests}"], cancellationToken);
            (asked, took) = (asked + answer.Passed, took + answer.Took);
            if (!answer.Failed.IsEmpty)
            {
                return new(mutation, $"{tests.Project}: {answer.Failed[0]}", asked, took);
            }
        }

        return new(mutation, null, asked, took);
    }
}

/// <summary>There is no verdict: mend the list, or the tests, first.</summary>
internal sealed class UnmeasurableException(string why) : Exception(why);
