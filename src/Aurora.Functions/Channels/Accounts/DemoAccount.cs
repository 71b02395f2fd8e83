using Aurora.Functions.Channels.WhatsApp;
using Aurora.Functions.Platform.Time;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Channels.Accounts;

/// <summary>The account the sample payloads are addressed to. Its secrets are public: it exists in Development only.</summary>
internal static class DemoAccount
{
    public const string TenantId = "demo";
    public const string AccountId = "800700600500400";
    public const string AppSecretReference = "demo-app-secret";
    public const string VerifyTokenReference = "demo-verify-token";
    public const string AppSecret = "fake-app-secret-0001";
    public const string VerifyToken = "fake-verify-token";
}

/// <summary>Gives the demo account's references their values, in Development only; configured values win.</summary>
internal sealed class DemoSecrets(IHostEnvironment environment) : IPostConfigureOptions<ChannelsOptions>
{
    public void PostConfigure(string? name, ChannelsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (environment.IsDevelopment())
        {
            options.Secrets.TryAdd(DemoAccount.AppSecretReference, DemoAccount.AppSecret);
            options.Secrets.TryAdd(DemoAccount.VerifyTokenReference, DemoAccount.VerifyToken);
        }
    }
}

/// <summary>
/// Seeds the demo account at start, in Development only. Anywhere else it takes no part: a row left by a developer's database
/// stays without secrets and therefore without a voice.
/// </summary>
internal sealed class DemoAccountSeeder(
    IHostEnvironment environment, Lazy<NpgsqlDataSource> database, Lazy<DatabaseClock> clock, ILogger<DemoAccountSeeder> logger)
    : IHostedService
{
    private const string InsertSql =
        """
        INSERT INTO channel_accounts (tenant_id, channel, account_id, purpose, app_secret_ref, verify_token_ref, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO NOTHING
        """;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment())
        {
            return;
        }

        await using var command = database.Value.CreateCommand(InsertSql);
        command.Parameters.AddWithValue(DemoAccount.TenantId);
        command.Parameters.AddWithValue(WhatsAppCloudAdapter.ChannelName);
        command.Parameters.AddWithValue(DemoAccount.AccountId);
        command.Parameters.AddWithValue(AccountPurposeRules.Stored(AccountPurpose.Crm));
        command.Parameters.AddWithValue(DemoAccount.AppSecretReference);
        command.Parameters.AddWithValue(DemoAccount.VerifyTokenReference);
        command.Parameters.AddWithValue(clock.Value.UtcNow);
        await command.ExecuteNonQueryAsync(cancellationToken);
        ChannelsLog.DemoAccountSeeded(logger, WhatsAppCloudAdapter.ChannelName, DemoAccount.AccountId);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
