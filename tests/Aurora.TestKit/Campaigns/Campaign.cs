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
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly CampaignScale _scale;
    private readonly PrivatePostgres _server;
    private readonly HttpClient _client;
    private readonly IReadOnlyList<CampaignSender> _senders;
    private readonly SemaphoreSlim _handedOut = new(0);
    private readonly List<DateTimeOffset> _disturbances = [];
    private readonly Random _random;
    private BuiltApp _app;
    private int _left;

    private Campaign(CampaignScale scale, PrivatePostgres server, BuiltApp app)
    {
        _scale = scale;
        _server = server;
        _app = app;
        _random = new Random(CampaignScale.Seed);
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(10) };
        _senders = [.. Enumerable.Range(0, scale.Senders)
            .Select(number => new CampaignSender(number, _client, () => (_app.Address, _app.FunctionKey)))];
    }

    public BuiltApp App => _app;

    public PrivatePostgres Server => _server;

    public static async Task<Campaign> StartAsync(CampaignScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        var server = await PrivatePostgres.StartAsync();
        return new Campaign(scale, server, await BuiltApp.StartAsync(server.ConnectionString));
    }

    /// <summary>Lets the messages flow, disturbs at random moments, waits for the end and counts.</summary>
    public async Task<CampaignResult> RunAsync(Func<Campaign, Task> disturb)
    {
        ArgumentNullException.ThrowIfNull(disturb);
        using var end = new CancellationTokenSource(Patience + (TimeSpan.FromSeconds(10) * _scale.Disturbances));
        _left = _scale.Messages;
        var posting = _senders.Select(sender => Task.Run(() => sender.RunAsync(MayPostNextAsync, end.Token))).ToList();
        var share = _scale.Messages / (_scale.Disturbances + 1);
        for (var number = 0; number < _scale.Disturbances; number++)
        {
            await HandOutAsync(share, TimeSpan.FromMilliseconds(_random.Next(5, 2_000)), end.Token);
            _disturbances.Add(TimeProvider.System.GetUtcNow());
            await disturb(this);
        }

        // The rest, and one for every sender to see that nothing is left.
        _handedOut.Release(_scale.Messages - (share * _scale.Disturbances) + _scale.Senders);
        await Task.WhenAll(posting);
        return await CountAsync();
    }

    /// <summary>kill -9, and a new process at once.</summary>
    public async Task KillAppAsync()
    {
        await _app.KillAsync();
        await RestartAppAsync();
    }

    /// <summary>SIGTERM: answers the exit code and how long the drain took, and starts a new process.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> TerminateAppAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        await _app.SendTermAsync();
        var code = await _app.WaitForExitAsync(TimeSpan.FromSeconds(30));
        var took = TimeProvider.System.GetElapsedTime(started);
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

    /// <summary>Hands messages out evenly, so that some are under way whenever the time is over.</summary>
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
        _app = await BuiltApp.StartAsync(_server.ConnectionString);
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
            accepted.Length,
            completed,
            (int)(Math.Abs(stored - accepted.Length) + Math.Abs(decisions - accepted.Length))
                + accepted.Length - accepted.Distinct(StringComparer.Ordinal).Count(),
            accepted.Length - completed,
            outOfOrder,
            [.. _senders.SelectMany(sender => sender.Unexpected)],
            [.. ResumeTimes([.. decided.Values.Order()])]);
    }

    /// <summary>From each disturbance to the first decision after it; none where the next one came before.</summary>
    private IEnumerable<TimeSpan> ResumeTimes(IReadOnlyList<DateTimeOffset> decided)
    {
        for (var number = 0; number < _disturbances.Count; number++)
        {
            var from = _disturbances[number];
            var until = number + 1 < _disturbances.Count ? _disturbances[number + 1] : DateTimeOffset.MaxValue;
            var first = decided.FirstOrDefault(time => time > from);
            if (first > from && first < until)
            {
                yield return first - from;
            }
        }
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

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
