using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Steps.Metadata;

/// <summary>How far metadata is: objects tried while it is evaluated, objects created while it runs.</summary>
internal static class MetadataProgress
{
    public static StepProgress Trying(int done, int total) => Of(done, total, "tried");

    public static StepProgress Creating(int done, int total) => Of(done, total, "created");

    private static StepProgress Of(int done, int total, string what) =>
        new(done, total, "objects", null, null, ImmutableSortedDictionary<string, long>.Empty.Add(what, done));
}
