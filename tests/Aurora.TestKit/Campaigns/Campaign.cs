// One thing: how a campaign runs; hand out, disturb, time, wait, count.
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Processes;
using Npgsql;

namespace Aurora.TestKit.Campaigns;

/// <summary>
/// The built app on a private server with senders that post all the time, while a test disturbs either. Messages are handed
/// out in equal shares, one per disturbance, so that traffic flows at each of them.
/// </summary>
public sealed class Campaign : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    // Milliseconds in which a burst is on its way between the first request and the last decision.
    private const int MostUnderWay = 60;

    // Messages handed out beyond the shares while the app has no database; the rest at the end is larger.
    private const int Probes = 2;

    private static readonly TimeSpan Meanwhile = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ResumptionLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly CampaignScale _scale;
    private readonly PrivatePostgres _server;
    private readonly HttpClient _client;
    private readonly IReadOnlyList<CampaignSender> _senders;
    private readonly SemaphoreSlim _handedOut = new(0);
    private readonly List<DateTimeOffset> _outages = [];
    private readonly List<TimeSpan> _resumed = [];
    private readonly List<TimeSpan> _starts = [];
    private readonly string _connectionString;
    private readonly Random _random;
    private BuiltApp _app;
    private int _left;

    private Campaign(CampaignScale scale, PrivatePostgres server, string connectionString, BuiltApp app)
    {
        _scale = scale;
        _server = server;
        _connectionString = connectionString;
        _app = app;
        _random = new Random(CampaignScale.Seed);
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(10) };
        _senders = [.. Enumerable.Range(0, scale.Senders)
            .Select(number => new CampaignSender(number, _client, () => (_app.Address, _app.FunctionKey)))];
    }

    public BuiltApp App => _app;

    public PrivatePostgres Server => _server;

    /// <summary>How the app reaches the server.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>Starts server and app; <paramref name="prepareAsync"/> may change the server and answers how the app reaches it.</summary>
    public static async Task<Campaign> StartAsync(CampaignScale scale, Func<PrivatePostgres, Task<string>>? prepareAsync = null)
    {
        ArgumentNullException.ThrowIfNull(scale);
        var server = await PrivatePostgres.StartAsync();
        var connectionString = prepareAsync is null ? server.ConnectionString : await prepareAsync(server);
        return new Campaign(scale, server, connectionString, await BuiltApp.StartAsync(connectionString));
    }

    /// <summary>Lets the messages flow, disturbs at random moments, waits for the end and counts.</summary>
    public async Task<CampaignResult> RunAsync(Func<Campaign, Task> disturb)
    {
        ArgumentNullException.ThrowIfNull(disturb);
        using var end = new CancellationTokenSource(Patience + (TimeSpan.FromSeconds(10) * _scale.Disturbances));
        _left = _scale.Messages;
        var posting = _senders.Select(sender => Task.Run(() => sender.RunAsync(MayPostNextAsync, end.Token))).ToList();
        var share = _scale.Messages / (_scale.Disturbances + 1);
        var part = share / 3;
        for (var number = 0; number < _scale.Disturbances; number++)
        {
            await HandOutAsync(part, TimeSpan.FromMilliseconds(_random.Next(5, 2_000)), end.Token);
            await TimeResumptionAsync(end.Token);

            // A burst, and more to come: whatever breaks, it breaks under requests, claims, runs and completions.
            _handedOut.Release(part);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, MostUnderWay)), end.Token);
            await Task.WhenAll(HandOutAsync(share - (2 * part), Meanwhile, end.Token), disturb(this));
        }

        // The rest, and one for every sender to see that nothing is left.
        _handedOut.Release(_scale.Messages - (share * _scale.Disturbances) + _scale.Senders);
        await Task.WhenAll(posting);
        await TimeResumptionAsync(end.Token);
        return await CountAsync();
    }

    /// <summary>Nothing works from here on: what is decided later was decided by what came back.</summary>
    public void IsOut() => _outages.Add(TimeProvider.System.GetUtcNow());

    /// <summary>Lets a while pass in which the app has no database; answers how often it refused with 503 and Retry-After.</summary>
    public async Task<int> CountRefusalsAsync(TimeSpan time)
    {
        var before = _senders.Sum(static sender => sender.Refused);

        // Whatever was on its way, somebody asks now.
        _handedOut.Release(Probes);
        await Task.Delay(time);
        return await Eventually.BecomesAsync(
            () => Task.FromResult(_senders.Sum(static sender => sender.Refused) - before), static refused => refused > 0, "the app refuses", ResumptionLimit);
    }

    /// <summary>kill -9, and a new process at once.</summary>
    public async Task KillAppAsync()
    {
        await _app.KillAsync();
        IsOut();
        await RestartAppAsync();
    }

    /// <summary>The server stopped with <c>-m immediate</c> and started again.</summary>
    public async Task RestartServerAsync()
    {
        await _server.CrashAsync();
        IsOut();
        var started = TimeProvider.System.GetTimestamp();
        await _server.RestartAsync();
        _starts.Add(TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>SIGTERM: answers the exit code and how long the drain took, and starts a new process.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> TerminateAppAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        await _app.SendTermAsync();
        var code = await _app.WaitForExitAsync(TimeSpan.FromSeconds(30));
        var took = TimeProvider.System.GetElapsedTime(started);
        IsOut();
        await RestartAppAsync();
        return (code, took);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
        _client.Dispose();
        _handedOut.Dispose();
    }

    /// <summary>Hands messages out evenly.</summary>
    private async Task HandOutAsync(int messages, TimeSpan time, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var given = 0; given < messages;)
        {
            var due = (int)Math.Min(messages, 1 + (messages * (TimeProvider.System.GetElapsedTime(started) / time)));
            if (due > given)
            {
                _handedOut.Release(due - given);
                given = due;
            }

            await Task.Delay(Step, cancellation);
        }
    }

    private async Task RestartAppAsync()
    {
        await _app.DisposeAsync();
        _app = await BuiltApp.StartAsync(_connectionString);
        _starts.Add(_app.StartTime);
    }

    private async Task<bool> MayPostNextAsync(CancellationToken cancellation)
    {
        await _handedOut.WaitAsync(cancellation);
        return Interlocked.Decrement(ref _left) >= 0;
    }

    private async Task<CampaignResult> CountAsync()
    {
        await using var database = NpgsqlDataSource.Create(_server.ConnectionString);
        var accepted = _senders.SelectMany(sender => sender.Accepted).ToArray();
        await SettlesAsync(database);

        var decided = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand(
            """
            SELECT d.outbox_id, d.decided_at FROM mhc_decisions d
            JOIN crm_event_outbox o ON o.id = d.outbox_id WHERE o.status = 'COMPLETED'
            """))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                decided.Add(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1));
            }
        }

        var stored = await ScalarAsync(database, "SELECT count(*) FROM crm_ingest_events");
        var decisions = await ScalarAsync(database, "SELECT count(*) FROM mhc_decisions");
        var outOfOrder = _senders.Sum(sender => sender.Accepted.Zip(sender.Accepted.Skip(1))
            .Count(pair => decided.TryGetValue(pair.First, out var first) && decided.TryGetValue(pair.Second, out var second) && second < first));
        var completed = accepted.Count(decided.ContainsKey);
        return new CampaignResult(
            _senders.Sum(sender => sender.Requests),
            _senders.Sum(sender => sender.Refused),
            accepted.Length,
            completed,
            (int)(Math.Abs(stored - accepted.Length) + Math.Abs(decisions - accepted.Length))
                + accepted.Length - accepted.Distinct(StringComparer.Ordinal).Count(),
            accepted.Length - completed,
            outOfOrder,
            [.. _senders.SelectMany(sender => sender.Unexpected)],
            _outages.Count,
            [.. _resumed],
            [.. _starts],
            await ReadSlowestAsync(database));
    }

    /// <summary>
    /// Waits for the first decision after the last outage and times it. The next disturbance comes only after it, so that none
    /// goes without its time.
    /// </summary>
    private async Task TimeResumptionAsync(CancellationToken cancellation)
    {
        if (_resumed.Count == _outages.Count)
        {
            return;
        }

        await using var database = NpgsqlDataSource.Create(_server.ConnectionString);
        var until = TimeProvider.System.GetUtcNow() + ResumptionLimit;
        while (TimeProvider.System.GetUtcNow() < until)
        {
            try
            {
                await using var command = database.CreateCommand("SELECT min(decided_at) FROM mhc_decisions WHERE decided_at > $1");
                command.Parameters.Add(new NpgsqlParameter { Value = _outages[^1].UtcDateTime });
                if (await command.ExecuteScalarAsync(cancellation) is DateTime first)
                {
                    _resumed.Add(first - _outages[^1].UtcDateTime);
                    return;
                }
            }
            catch (NpgsqlException)
            {
                // The server is not back yet.
            }

            await Task.Delay(Step, cancellation);
        }

        throw new TimeoutException($"Nothing was decided within {ResumptionLimit} after outage {_outages.Count} (seed {CampaignScale.Seed}):\n{_app.Output}");
    }

    /// <summary>Waits until nothing is left to do; what is still open when patience ends is counted as lost.</summary>
    private static async Task SettlesAsync(NpgsqlDataSource database)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (TimeProvider.System.GetUtcNow() < until
            && await ScalarAsync(database, "SELECT count(*) FROM crm_event_outbox WHERE status <> 'COMPLETED'") > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>The longest time from acceptance to completion, and in which attempt it was.</summary>
    private static async Task<(TimeSpan Took, int Attempt)> ReadSlowestAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "SELECT processed_at - created_at, attempts FROM crm_event_outbox WHERE status = 'COMPLETED' ORDER BY processed_at - created_at DESC LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? (reader.GetTimeSpan(0), reader.GetInt32(1)) : default;
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
