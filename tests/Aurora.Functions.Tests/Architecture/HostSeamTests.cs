using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>An app that compiles here must compile against the packages: it uses listed names and nothing else.</summary>
public sealed class HostSeamTests
{
    private const string Host = "Aurora.LocalRuntime";

    /// <summary>In the list, but not on every supported version of the Functions client, or not with ASP.NET Core types.</summary>
    private static readonly HashSet<string> Avoided = new(StringComparer.Ordinal)
    {
        "GetOrchestrationHistoryAsync", "RestartAsync", "RewindInstanceAsync", "ListInstanceIdsAsync", "CreateCheckStatusResponse",
    };

    [Fact]
    public void Product_NamesTakenFromTheHost_AreListed()
    {
        var api = new ListedNames();

        var broken = UsesOfHost()
            .Where(use => !api.HasType(use.TargetType) || (use.TargetMember is not null && !api.HasMember(use.TargetType, use.MemberName)))
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, "Not in the packages' public API:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Product_NamesTakenFromTheHost_WorkOnEveryClientVersion()
    {
        var broken = UsesOfHost()
            .Where(use => Avoided.Contains(use.MemberName) || use.TargetNamespace.EndsWith(".Entities", StringComparison.Ordinal))
            .Select(use => use.ToString())
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Product_DurableTaskClient_ComesFromTheInvocationOnly()
    {
        var broken = typeof(Aurora.Functions.Platform.PlatformSlice).Assembly.GetTypes()
            .Where(type => type.GetConstructors().Any(constructor => constructor.GetParameters()
                .Any(parameter => parameter.ParameterType.FullName == "Microsoft.DurableTask.Client.DurableTaskClient")))
            .Where(type => !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), inherit: false))
            .Where(type => type.GetMethod("<Clone>$") is null)
            .Select(type => type.FullName)
            .ToList();

        Assert.True(broken.Count == 0, "A client is bound by [DurableClient], never injected:\n" + string.Join('\n', broken));
    }

    /// <summary>The worker's generators leave out, without a word, methods that are not public; the worker does not find nested classes.</summary>
    [Fact]
    public void Product_Functions_AreThoseTheAzureBuildFinds()
    {
        var functions = Functions();

        var unseen = functions.Where(function => !function.Method.IsPublic || function.Method.DeclaringType!.IsNested).Select(function => function.Name);
        var twice = functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key);

        Assert.NotEmpty(functions);
        Assert.Empty(unseen);
        Assert.Empty(twice);
    }

    /// <summary>The generated executor compiles the call of an internal class's function anew for every invocation.</summary>
    [Fact]
    public void Product_InternalFunctionClasses_RunThroughTheWorkersOwnExecutor()
    {
        var project = File.ReadAllText(Path.Combine(RepositoryTree.Root, "src", "Aurora.Functions", "Aurora.Functions.csproj"));

        Assert.Contains(Functions(), function => !function.Method.DeclaringType!.IsPublic);
        Assert.Contains("<FunctionsEnableExecutorSourceGen>false</FunctionsEnableExecutorSourceGen>", project, StringComparison.Ordinal);
    }

    private static List<(MethodInfo Method, string Name)> Functions() =>
    [
        .. typeof(Aurora.Functions.Platform.PlatformSlice).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, method.GetCustomAttribute<FunctionAttribute>()?.Name))
            .Where(function => function.Name is not null)
            .Select(function => (function.Method, function.Name!)),
    ];

    private static IEnumerable<SymbolUse> UsesOfHost() =>
        CompiledCode.Of("Aurora.Functions").Uses.Where(use => use.Assembly == Host);
}
