using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api.Orchestrations;

public sealed class TaskNameTests
{
    [Fact]
    public void Equality_OtherCase_IsTheSameName()
    {
        TaskName lower = "route";
        TaskName upper = "ROUTE";

        Assert.True(lower == upper, "the operator ignores case");
        Assert.Equal(lower.GetHashCode(), upper.GetHashCode());
        Assert.Equal("route", (string)lower);
        Assert.Equal("route", lower.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Conversion_NoText_IsTheDefault(string? text)
    {
        TaskName name = text!;

        Assert.True(name == default, "it names nothing");
        Assert.Null(name.Name);
    }

    [Fact]
    public void Version_NoTextAndDefault_AreTheSame()
    {
        Assert.Equal(default, new TaskVersion(string.Empty));
        Assert.Equal(default, new TaskVersion(null));
        Assert.Equal(string.Empty, default(TaskVersion).Version);
        Assert.Equal(new TaskVersion("V1"), new TaskVersion("v1"));
        Assert.Throws<ArgumentException>(() => new TaskVersion("  "));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "1.0", -1)]
    [InlineData("1.0", " ", 1)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("2.0", "1.10", 1)]
    [InlineData("beta", "ALPHA", 1)]
    [InlineData("beta", "BETA", 0)]
    public void CompareVersions_NumbersTextAndNothing_AreOrdered(string source, string other, int expected)
    {
        Assert.Equal(expected, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(source, other)));
    }
}
