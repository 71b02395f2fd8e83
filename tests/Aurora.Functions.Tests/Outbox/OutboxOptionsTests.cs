using Aurora.Functions.Outbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Aurora.Functions.Tests.Outbox;

public sealed class OutboxOptionsTests
{
    [Fact]
    public void Defaults_AreTheRequirements()
    {
        var options = Bind();

        Assert.Equal(TimeSpan.FromSeconds(2), options.PollInterval);
        Assert.Equal(25, options.BatchSize);
        Assert.Equal(TimeSpan.FromSeconds(60), options.Lease);
        Assert.Equal(10, options.AttemptsCeiling);
    }

    [Fact]
    public void RequirementSettings_AreBound()
    {
        var options = Bind(("CRM_OUTBOX_POLL_INTERVAL", "7"), ("CRM_OUTBOX_BATCH_SIZE", "500"), ("Outbox:Lease", "00:02:00"));

        Assert.Equal(TimeSpan.FromSeconds(7), options.PollInterval);
        Assert.Equal(500, options.BatchSize);
        Assert.Equal(TimeSpan.FromMinutes(2), options.Lease);
    }

    [Theory]
    [InlineData("CRM_OUTBOX_POLL_INTERVAL", "0")]
    [InlineData("CRM_OUTBOX_POLL_INTERVAL", "-1")]
    [InlineData("CRM_OUTBOX_POLL_INTERVAL", "1.5")]
    [InlineData("CRM_OUTBOX_POLL_INTERVAL", "two")]
    [InlineData("CRM_OUTBOX_BATCH_SIZE", "0")]
    [InlineData("CRM_OUTBOX_BATCH_SIZE", "501")]
    [InlineData("CRM_OUTBOX_BATCH_SIZE", "")]
    [InlineData("Outbox:Lease", "00:00:09")]
    [InlineData("Outbox:MaxInFlight", "0")]
    [InlineData("Outbox:AttemptsCeiling", "0")]
    [InlineData("Outbox:Retention", "00:00:00")]
    [InlineData("Outbox:PurgeBatch", "0")]
    [InlineData("Outbox:MaxCachedCharacters", "-1")]
    public void InvalidSettings_RefuseTheStart(string key, string value)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Bind((key, value)));

        Assert.Single(refusal.Failures.Distinct());
    }

    private static OutboxOptions Bind(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))).Build();
        using var provider = new ServiceCollection().AddOutbox(configuration).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<OutboxOptions>>().Value;
    }
}
