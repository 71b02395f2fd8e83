using System.Text.Json;
using Aurora.Functions.Platform.Telemetry;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Telemetry;

public sealed class RedactedTests
{
    [Theory]
    [InlineData("5511999991234", "***1234")]
    [InlineData("maria@example.com", "***.com")]
    [InlineData("123456789", "***")]
    [InlineData("", "***")]
    [InlineData(null, "(none)")]
    [InlineData("0123456789\r\nab", "***\u002a\u002aab")]
    public void ToString_Value_KeepsAShortTailAtMost(string? value, string expected) =>
        Assert.Equal(expected, new Redacted(value).ToString());

    [Fact]
    public void Redacted_EveryWayToPrintIt_GivesTheMask()
    {
        var secret = new Redacted("5511999991234");

        Assert.Equal("***1234", $"{secret}");
        Assert.Equal("***1234", string.Format(null, "{0:X}", secret));
        Assert.Equal("\"***1234\"", JsonSerializer.Serialize(secret));
        Assert.Equal("5511999991234", secret.Reveal());
    }

    [Fact]
    public void Redacted_ReadBack_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<Redacted>("\"x\""));

    [Fact]
    public void Equality_SameText_IsEqual()
    {
        Assert.True(new Redacted("a") == new Redacted("a"));
        Assert.True(new Redacted("a") != new Redacted("b"));
        Assert.Equal(new Redacted("a").GetHashCode(), new Redacted("a").GetHashCode());
        Assert.False(new Redacted("a").Equals((object)"a"));
        Assert.Equal(0, new Redacted(null).GetHashCode());
    }

    [Fact]
    public void MessageScope_Fields_AreTheSixOfEveryMessage()
    {
        var scope = new MessageScope { CorrelationId = Guid.Empty, Channel = "whatsapp", Outcome = "accepted" };

        Assert.Equal(
            ["correlation_id", "channel", "tenant_id", "session_id", "event_id", "outcome"], scope.Select(field => field.Key));
        Assert.Equal("correlation_id=00000000-0000-0000-0000-000000000000 channel=whatsapp outcome=accepted", scope.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => scope[6]);
    }
}
