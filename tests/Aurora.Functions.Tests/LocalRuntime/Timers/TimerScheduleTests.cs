using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Timers;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Timers;

/// <summary>Schedules as written on timer triggers.</summary>
public sealed class TimerScheduleTests
{
    private static readonly DateTime Noon = new(2026, 1, 5, 12, 0, 0, DateTimeKind.Utc);
    private static readonly IConfiguration Settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["EVERY_TEN_SECONDS"] = "*/10 * * * * *",
        ["Warmer:Cycle"] = "00:05:00",
    }).Build();

    [Theory]
    [InlineData("*/2 * * * * *", "12:00:02")]
    [InlineData("0 */5 * * * *", "12:05:00")]
    [InlineData("*/5 * * * *", "12:05:00")]
    [InlineData("30 0 18 * * *", "18:00:30")]
    [InlineData("00:00:01.500", "12:00:01.5")]
    [InlineData("01:30:00", "13:30:00")]
    [InlineData("%EVERY_TEN_SECONDS%", "12:00:10")]
    [InlineData("%Warmer:Cycle%", "12:05:00")]
    [InlineData("%Warmer__Cycle%", "12:05:00")]
    public void Next_OfASchedule_IsItsFirstRunAfterwards(string written, string expected)
    {
        var schedule = TimerSchedule.Parse("F", written, Settings);

        Assert.Equal(Noon.Date + TimeSpan.Parse(expected, null), schedule.Next(Noon));
    }

    [Theory]
    [InlineData("*/10 * * * * *", true)]
    [InlineData("00:00:59", true)]
    [InlineData("00:01:00", false)]
    [InlineData("0 * * * * *", false)]
    [InlineData("0 0 18 * * *", false)]
    public void IsFrequent_BelowAMinute_IsTrue(string written, bool isFrequent) =>
        Assert.Equal(isFrequent, TimerSchedule.Parse("F", written, Settings).IsFrequent(Noon));

    [Theory]
    [InlineData("%MISSING%", "function 'F': its schedule names the setting MISSING, which is not set.")]
    [InlineData("sometimes", "function 'F': 'sometimes' is no schedule")]
    [InlineData("99 * * * * *", "function 'F': '99 * * * * *' is no schedule")]
    [InlineData("00:00:00", "function 'F': '00:00:00' is no schedule")]
    [InlineData("-00:05:00", "function 'F': '-00:05:00' is no schedule")]
    public void Parse_WhatIsNoSchedule_SaysSo(string written, string reason)
    {
        var error = Assert.Throws<HostStartupException>(() => TimerSchedule.Parse("F", written, Settings));

        Assert.StartsWith(reason, error.Message, StringComparison.Ordinal);
    }
}
