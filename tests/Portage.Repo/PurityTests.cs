using System.Reflection;
using System.Reflection.Emit;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Repo;

/// <summary>
/// What decides and what answers is pure: neither does it reach for the world, which <c>eng/BannedSymbols.*.txt</c> forbid while it is
/// compiled, nor does it use a clock, chance, a log or a task that somebody hands to it, which this reads in what was compiled.
/// </summary>
public sealed class PurityTests
{
    private static readonly Assembly[] PureProjects = [typeof(StepAddress).Assembly, typeof(MigrationConfig).Assembly, typeof(Planner).Assembly];

    private static readonly string[] PureRooms = ["Core", "Ledger", "Operations", "Questions", "Status"];

    // The port lies beside the events that go through it.
    private static readonly Type[] Ports = [typeof(ILedger)];

    // Not the environment, which only the lists forbid: what the compiler makes of an iterator asks it for its thread.
    private static readonly HashSet<string> Worlds = new(StringComparer.Ordinal)
    {
        "System.TimeProvider", "System.Random", "System.Console", "System.Threading.CancellationToken", "System.Threading.Thread", "System.Threading.Timer",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.IO.File", "System.IO.Directory", "System.IO.FileInfo", "System.IO.DirectoryInfo", "System.IO.FileStream",
    };

    private static readonly string[] WorldNamespaces = ["System.Threading.Tasks", "System.Net", "Microsoft.Extensions.Logging"];

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    [Fact]
    public void Deciding_AnyMethod_UsesNoWorldThatItIsHanded()
    {
        var pure = PureProjects.SelectMany(assembly => assembly.GetTypes())
            .Concat(typeof(HomeState).Assembly.GetTypes().Where(type => PureRooms.Any(room => type.Namespace == $"Portage.Engine.{room}")))
            .Where(type => !Ports.Contains(type))
            .ToArray();

        Assert.All(PureRooms, room => Assert.Contains(pure, type => type.Namespace == $"Portage.Engine.{room}"));
        Complaints.None((
            from type in pure
            from member in type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            from used in Uses(member)
            where IsWorld(used)
            select $"{Outermost(type).FullName}.{member.Name} uses {used.FullName ?? used.Name}").Distinct());
    }

    [Fact]
    public void Uses_OfMethodsThatActThemselves_AreFound()
    {
        var controller = typeof(HomeState).Assembly.GetType("Portage.Engine.Running.Controller", throwOnError: true)!;
        var used = controller.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly).SelectMany(Uses).ToHashSet();
        Assert.Contains(typeof(TimeProvider), used);
        Assert.Contains(typeof(Random), used);
        Assert.Contains(typeof(Task), used);
    }

    /// <summary>The analyzer passes over a line that names nothing, so that a name that changes would end what it forbids.</summary>
    [Fact]
    public void BannedSymbols_AnyLine_NamesWhatExists() =>
        Complaints.None(
            from file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "eng"), "BannedSymbols*.txt")
            from line in File.ReadLines(file)
            where line.Length > 0
            let name = line.Split(';')[0]
            where !Exists(name)
            select $"{Path.GetFileName(file)}: {name} is nothing");

    [Theory]
    [InlineData("Portage.Model", "BannedSymbols.Pure.txt")]
    [InlineData("Portage.Configuration", "BannedSymbols.Pure.txt")]
    [InlineData("Portage.Planning", "BannedSymbols.Pure.txt")]
    [InlineData("Portage.Engine", "BannedSymbols.Engine.txt")]
    public void Project_ThatDecides_IsCompiledWithItsList(string project, string list) =>
        Assert.Contains(list, File.ReadAllText(Path.Combine(Checkout.Root, "src", project, project + ".csproj")), StringComparison.Ordinal);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsWorld(Type type)
    {
        var element = type.HasElementType ? type.GetElementType()! : type;
        return Worlds.Contains(element.FullName ?? "")
            || WorldNamespaces.Any(world => element.Namespace == world || element.Namespace?.StartsWith(world + ".", StringComparison.Ordinal) == true)
            || (element.IsGenericType && element.GetGenericArguments().Any(IsWorld));
    }

    private static IEnumerable<Type> Uses(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        MethodBase method => [.. Signature(method), .. Body(method)],
        _ => [],
    };

    private static IEnumerable<Type> Signature(MethodBase method) =>
        [.. method.GetParameters().Select(parameter => parameter.ParameterType), .. method is MethodInfo { ReturnType: var returned } ? [returned] : Type.EmptyTypes];

    /// <summary>The types of everything that the instructions name: locals, members with their owners and signatures, types.</summary>
    private static List<Type> Body(MethodBase method)
    {
        var used = new List<Type>();
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } bytes)
        {
            return used;
        }

        used.AddRange(body.LocalVariables.Select(local => local.LocalType));
        for (var at = 0; at < bytes.Length;)
        {
            var code = bytes[at] == 0xFE ? Codes[BitConverter.ToInt16([bytes[at + 1], bytes[at]])] : Codes[bytes[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                used.AddRange(Resolve(method, BitConverter.ToInt32(bytes, at)));
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(bytes, at)),
                _ => 4,
            };
        }

        return used;
    }

    private static IEnumerable<Type> Resolve(MethodBase method, int token)
    {
        var ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, ofType, ofMethod) switch
        {
            Type type => [type],
            FieldInfo field => [field.DeclaringType!, field.FieldType],
            MethodBase called => [called.DeclaringType!, .. Signature(called)],
            _ => [],
        };
    }

    private static bool Exists(string name)
    {
        var (kind, path) = (name[0], name[2..]);
        var arguments = path.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open ? path[open..] : "";
        path = arguments.Length > 0 ? path[..^arguments.Length] : path;
        if (kind == 'T')
        {
            return Find(path) is not null;
        }

        var (type, member) = (Find(path[..path.LastIndexOf('.')]), path[(path.LastIndexOf('.') + 1)..]);
        return type is not null && (kind == 'P'
            ? type.GetProperty(member) is not null
            : type.GetMembers().OfType<MethodBase>().Any(method => NameOf(method) == member && ArgumentsOf(method) == arguments));
    }

    private static string NameOf(MethodBase method) =>
        method.IsConstructor ? "#ctor" : method.Name + (method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "");

    private static string ArgumentsOf(MethodBase method) =>
        method.GetParameters() is { Length: > 0 } parameters ? $"({string.Join(',', parameters.Select(parameter => Written(parameter.ParameterType)))})" : "";

    /// <summary>As documentation names it: <c>System.Func{``0}</c>.</summary>
    private static string Written(Type type) => type switch
    {
        { IsGenericMethodParameter: true } => $"``{type.GenericParameterPosition}",
        { IsGenericType: true } => $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Written))}}}",
        _ => type.FullName!,
    };

    private static Type? Find(string name) =>
        ((Assembly[])[typeof(object).Assembly, typeof(System.Diagnostics.Process).Assembly, typeof(HttpClient).Assembly, typeof(System.Net.Sockets.Socket).Assembly, typeof(Console).Assembly, typeof(System.Security.Cryptography.RandomNumberGenerator).Assembly])
        .Select(assembly => assembly.GetType(name))
        .FirstOrDefault(type => type is not null);
}
