using Aurora.Functions.Channels.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Channels;

/// <summary>
/// Our accounts, from memory. They are read again when they are old, and at once (within a bound) for an account that is not
/// known; while the database is away the last ones stay in use. Before the first reading succeeded the failure is the caller's.
/// </summary>
internal sealed class ChannelAccountDirectory(
    NpgsqlDataSource database,
    IOptions<ChannelsOptions> options,
    TimeProvider time,
    ILogger<ChannelAccountDirectory> logger) : IDisposable
{
    private const string SelectSql =
        """
        SELECT tenant_id, channel, account_id, purpose, app_secret_ref, verify_token_ref
        FROM channel_accounts
        WHERE disabled_at IS NULL
        ORDER BY channel, account_id
        """;

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Snapshot? _snapshot;
    private readonly HashSet<string> _reported = [];

    /// <summary>All accounts of a channel that are in use.</summary>
    public async ValueTask<IReadOnlyCollection<ChannelAccount>> OfChannelAsync(string channel, CancellationToken cancellation) =>
        (await CurrentAsync(options.Value.AccountsRefreshInterval, cancellation)).OfChannel(channel).Values;

    /// <summary>One account, or <see langword="null"/>.</summary>
    public async ValueTask<ChannelAccount?> FindAsync(string channel, string accountId, CancellationToken cancellation)
    {
        var known = await CurrentAsync(options.Value.AccountsRefreshInterval, cancellation);
        return known.OfChannel(channel).GetValueOrDefault(accountId)
            ?? (await CurrentAsync(options.Value.UnknownAccountRefreshInterval, cancellation)).OfChannel(channel).GetValueOrDefault(accountId);
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask<Snapshot> CurrentAsync(TimeSpan maxAge, CancellationToken cancellation)
    {
        if (_snapshot is { } fresh && time.GetElapsedTime(fresh.ReadAt) < maxAge)
        {
            return fresh;
        }

        await _reading.WaitAsync(cancellation);
        try
        {
            var present = _snapshot;
            return present is not null && time.GetElapsedTime(present.ReadAt) < maxAge
                ? present
                : _snapshot = await ReadAsync(cancellation);
        }
        catch (NpgsqlException e) when (_snapshot is not null)
        {
            ChannelsLog.AccountsNotRead(logger, e);
            return _snapshot = _snapshot with { ReadAt = time.GetTimestamp() };
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<Snapshot> ReadAsync(CancellationToken cancellation)
    {
        var readAt = time.GetTimestamp();
        var byChannel = new Dictionary<string, Dictionary<string, ChannelAccount>>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(SelectSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (channel, accountId, purpose) = (reader.GetString(1), reader.GetString(2), reader.GetString(3));
            if (AccountPurposeRules.FromStored(purpose) is not { } known)
            {
                ChannelsLog.PurposeUnknown(logger, channel, accountId, purpose);
                continue;
            }

            var account = new ChannelAccount(
                reader.GetString(0),
                channel,
                accountId,
                known,
                Secret(reader.GetString(4), channel, accountId),
                Secret(reader.GetString(5), channel, accountId));
            if (!byChannel.TryGetValue(channel, out var accounts))
            {
                byChannel[channel] = accounts = new Dictionary<string, ChannelAccount>(StringComparer.Ordinal);
            }

            accounts[accountId] = account;
        }

        return new Snapshot(readAt, byChannel);
    }

    private string? Secret(string reference, string channel, string accountId)
    {
        if (options.Value.Secrets.TryGetValue(reference, out var secret) && secret.Length > 0)
        {
            return secret;
        }

        // Once per reference, not once per reading.
        if (_reported.Add(reference))
        {
            ChannelsLog.SecretMissing(logger, reference, channel, accountId);
        }

        return null;
    }

    private sealed record Snapshot(long ReadAt, Dictionary<string, Dictionary<string, ChannelAccount>> Channels)
    {
        private static readonly Dictionary<string, ChannelAccount> None = [];

        public Dictionary<string, ChannelAccount> OfChannel(string channel) => Channels.GetValueOrDefault(channel, None);
    }
}
