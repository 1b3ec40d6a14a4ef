using Portage.Engine.Core;
using Portage.Engine.Operations;

namespace Portage.Engine.Tests.Simulation;

/// <summary>Someone who changes their mind all the time.</summary>
internal sealed class User(World world)
{
    private static readonly string[] Patterns = ["*", "logs/a", "*:backfill", "*:metadata", "logs/main"];

    private readonly Dictionary<string, string> _slices = new(StringComparer.Ordinal) { ["a"] = Slice("a", 2, "none", "auto"), ["b"] = Slice("b", 2, "manual", "auto") };

    public void Begin()
    {
        Configure();
        world.Start();
    }

    /// <summary>One more whim.</summary>
    public void Act()
    {
        var session = world.State.Sessions[HomeState.DefaultSession];
        switch (world.Chance.Next(15))
        {
            case 0 or 1:
                Do(new Operation.Pause([Patterns[world.Chance.Next(Patterns.Length)]]) { By = "ann" });
                break;
            case 2 or 3 when session.Pauses.Count > 0:
                Do(new Operation.Resume([session.Pauses[world.Chance.Next(session.Pauses.Count)].Pattern]) { By = "ann" });
                break;
            case 4:
                Do(new Operation.Stop { By = "ann" });
                break;
            case 5 or 6 or 7:
                Decide(session, world.Chance.Next(5) > 0);
                break;
            case 8 or 9 or 10 when world.HasMoves && world.Chance.Next(3) > 0:
                Move();
                Configure();
                world.Start();
                break;
            case 8 or 9 or 10:
                Edit();
                Configure();
                world.Start();
                break;
            case 14:
                Collect(session);
                break;
            case 11:
                world.Round++;
                break;
            case 12:
                world.Conflicts = world.Chance.Next(2);
                break;
            default:
                world.Start();
                break;
        }
    }

    /// <summary>Asks for something to be taken back that may be wanted or not, or for none of it.</summary>
    private void Collect(SessionState session)
    {
        var left = session.Steps.Values.Where(step => step.HasEffects && !_slices.ContainsKey(step.Address.Part!)).Select(step => step.Address.ToString()).Order(StringComparer.Ordinal).ToArray();
        if (left.Length > 0)
        {
            Do(new Operation.Collect([left[world.Chance.Next(left.Length)]], IsWanted: world.Chance.Next(4) > 0) { By = "ann" });
        }
    }

    /// <summary>Lets everything go on that waits for a person.</summary>
    public void LetGo()
    {
        var session = world.State.Sessions[HomeState.DefaultSession];
        Do(new Operation.Resume(["*"]) { By = "ann" });
        Decide(session, isApproval: true);
        if (session.ActiveRun is not { } run || run.Revision != session.Current!.Number)
        {
            // What was committed since is carried out by the next start alone, and what it wants again is not approved to go.
            world.Start();
        }
    }

    private static string Slice(string indices, int workers, string approveMetadata, string approveBackfill) => $"""
                indices:
                  include: ["{indices}"]
                metadata:
                  approve: {approveMetadata}
                  replicas: {(workers is 6 or 8 ? 2 : 1)}
                backfill:
                  workers: {workers}
                  conflict: {(workers == 5 ? "overwrite" : "keepExisting")}
                  approve: {approveBackfill}
                  skip: {(workers == 6 ? "true" : "false")}
                validate:
                  skip: {(workers == 7 ? "true" : "false")}
        """;

    private void Edit()
    {
        var name = ((string[])["a", "b", "c"])[world.Chance.Next(3)];
        if (_slices.Count > 1 && world.Chance.Next(6) == 0)
        {
            _slices.Remove(name);
            return;
        }

        var gates = (string[])["manual", "auto", "none"];
        _slices[name] = Slice(name + ((string[])["", "*", "?"])[world.Chance.Next(3)], world.Chance.Next(1, 9), gates[world.Chance.Next(3)], gates[world.Chance.Next(3)]);
    }

    /// <summary>Hands each index that moves to one of the slices, or to none. Mostly the slices are alike but for that.</summary>
    private void Move()
    {
        var names = _slices.Keys.Order(StringComparer.Ordinal).ToArray();
        var with = names.ToDictionary(name => name, _ => "", StringComparer.Ordinal);
        foreach (var index in (string[])["m", "n"])
        {
            if (world.Chance.Next(8) > 0)
            {
                with[names[world.Chance.Next(names.Length)]] += $"\", \"{index}";
            }
        }

        var workers = world.Chance.Next(1, 5);
        foreach (var name in names)
        {
            _slices[name] = Slice(name + with[name], world.Chance.Next(6) == 0 ? world.Chance.Next(1, 9) : workers, "none", "auto");
        }
    }

    private void Configure()
    {
        var slices = string.Join('\n', _slices.Select(slice => $"      {slice.Key}:\n{slice.Value}"));
        var text = $"""
            limits:
              workers: {world.Chance.Next(1, 4)}
              lightSteps: {world.Chance.Next(1, 4)}
              kinds:
                backfill: {world.Chance.Next(1, 3)}
            targets:
              blue:
                endpoint: http://blue:9200
                stepsMax: {world.Chance.Next(1, 5)}
            migrations:
              logs:
                snapshots:
                  main:
                    repository:
                      file:
                        path: /s
                    existing: {(world.HasServices ? $"nightly{world.Chance.Next(4) / 3}" : "nightly")}
                slices:

            """ + slices;
        Do(new Operation.Configure(text, "test", null) { By = "ann" });
        Do(new Operation.Commit { By = "ann" });
    }

    private void Decide(SessionState session, bool isApproval)
    {
        Reviewed[] reviewed = [.. session.Steps.Values.Where(step => step.OpenReview is not null).Select(step => new Reviewed(step.Address, step.OpenReview!.Evidence))];
        if (reviewed.Length > 0)
        {
            Do(isApproval ? new Operation.Approve([.. reviewed], null) { By = "ann" } : new Operation.Reject([.. reviewed], "no") { By = "ann" });
        }
    }

    private void Do(Operation operation)
    {
        var result = world.Perform(operation);
        if (operation is Operation.Configure)
        {
            Assert.False(result?.HasFailed == true, string.Join('\n', result?.Diagnostics ?? []));
        }
    }
}
