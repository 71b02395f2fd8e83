using System.Reflection;
using Aurora.Functions.Platform;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>An event id says which slice spoke: blocks of one hundred, never shared, never twice.</summary>
public sealed class LogEventTests
{
    [Fact]
    public void EventIds_AcrossTheProduct_AreUnique()
    {
        var twice = Messages()
            .GroupBy(message => message.Id)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(message => message.Name))}")
            .ToList();

        Assert.True(twice.Count == 0, string.Join('\n', twice));
    }

    [Fact]
    public void EventIds_OfASlice_StayInBlocksOfItsOwn()
    {
        var shared = Messages()
            .GroupBy(message => message.Id / 100)
            .Where(block => block.Select(message => message.Slice).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(block => $"{block.Key}00: {string.Join(", ", block.Select(message => message.Name))}")
            .ToList();

        Assert.True(shared.Count == 0, "Blocks used by two slices:\n" + string.Join('\n', shared));
    }

    [Fact]
    public void LogMessages_OfASlice_LiveInItsLogClass()
    {
        var strangers = Messages().Where(message => !message.Type.EndsWith("Log", StringComparison.Ordinal))
            .Select(message => message.Name)
            .ToList();

        Assert.True(strangers.Count == 0, string.Join('\n', strangers));
    }

    private static List<(int Id, string Slice, string Type, string Name)> Messages() =>
    [
        .. typeof(PlatformSlice).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (Method: method, Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(entry => entry.Message is not null)
            .Select(entry => (
                entry.Message!.EventId,
                entry.Method.DeclaringType!.Namespace!.Split('.')[2],
                entry.Method.DeclaringType.Name,
                $"{entry.Method.DeclaringType.Name}.{entry.Method.Name}")),
    ];
}
