// One thing: a database on which apps live and die one after the other; what they find, what they do, and what must hold at the end.
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Storing;
using Aurora.Functions.Routing;
using Aurora.Functions.Routing.Specialists;
using Aurora.TestKit.Hosting;
using Aurora.TestKit.Outbox;
using Aurora.TestKit.Postgres;
using Aurora.TestKit.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Aurora.TestKit.Crashes;

/// <summary>
/// A database on which one app after the other lives and is cut off at a commit. Beside messages there are rows of an event
/// type of the scene's own, whose handler completes or fails as the scene says.
/// </summary>
internal sealed class CrashScene : IAsyncDisposable
{
    /// <summary>The event type whose rows the drain marks itself.</summary>
    public const string EffectType = "SCENE_EFFECT";

    /// <summary>The event type of rows that were finished long ago.</summary>
    public const string FinishedType = "SCENE_FINISHED";

    private const int LooksPerHurry = 25;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, int> _effects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _told = new(StringComparer.Ordinal);
    private readonly ShiftedTimeProvider _time = new();
    private TaskCompletionSource? _held;
    private int _rows;

    private readonly AbandonedApps _abandoned;

    private CrashScene(TestDatabase database, AbandonedApps abandoned)
    {
        Database = database;
        _abandoned = abandoned;
    }

    public TestDatabase Database { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether handlers of the scene's rows throw.</summary>
    public bool EffectsFail { get; set; }

    /// <summary>Whether a consumer of decisions is registered.</summary>
    public bool HasConsumer { get; set; }

    /// <summary>Whether the safety specialist throws.</summary>
    public bool SafetyFails { get; set; }

    public bool HoldsSpecialists => _held is not null;

    /// <summary>Settings of the lives to come.</summary>
    public Dictionary<string, string?> Settings { get; } = new(StringComparer.Ordinal) { ["CRM_OUTBOX_POLL_INTERVAL"] = "1" };

    public static async Task<CrashScene> CreateAsync(AbandonedApps abandoned) => new(await TestDatabase.CreateAsync(), abandoned);

    /// <summary>Starts an app.</summary>
    public Task<AppLife> StartAsync(Action<CommitProxy>? arm = null) => AppLife.StartAsync(Database.ConnectionString, Configure, arm);

    /// <summary>Gives up an app that was cut off; the next one starts at once.</summary>
    public void Abandon(AppLife life) => _abandoned.Add(life);

    /// <summary>Everything due is due now, every lease has ended.</summary>
    public void LetTimePass(TimeSpan time) => _time.Shift(time);

    /// <summary>Specialists wait until they are released.</summary>
    public void HoldSpecialists() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseSpecialists() => Interlocked.Exchange(ref _held, null)?.TrySetResult();

    /// <summary>Rows of some keys, with some rows each.</summary>
    public OutboxEvent[] NewRows(int keys, int rowsPerKey, string eventType = OutboxEvents.IngestReceived)
    {
        var rows = new List<OutboxEvent>();
        for (var key = 0; key < keys; key++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{eventType}-{_rows}");
            rows.AddRange(Enumerable.Range(0, rowsPerKey).Select(_ =>
                OutboxRows.Row(string.Create(CultureInfo.InvariantCulture, $"row-{++_rows}"), name, _rows, eventType: eventType)));
        }

        return [.. rows];
    }

    /// <summary>Writes rows as another app would.</summary>
    public Task EmitAsync(int keys, int rowsPerKey, string eventType = OutboxEvents.IngestReceived) =>
        Database.EmitAsync(NewRows(keys, rowsPerKey, eventType));

    public PostgresOutboxStore NewStore() => Database.NewStore();

    /// <summary>Takes rows as a worker that is gone, with or without a lock that tells so.</summary>
    public async Task<IReadOnlyList<OutboxItem>> ClaimAsGoneAsync(bool withLock, TimeSpan lease)
    {
        var worker = string.Create(CultureInfo.InvariantCulture, $"gone-{++_rows}");
        await using var store = Database.NewStore();
        if (withLock)
        {
            await store.AnnounceAsync(worker, Now, default);
        }

        return await store.ClaimAsync(new OutboxClaimRequest(worker, 100, Now, Now + lease), default);
    }

    /// <summary>Waits until nothing is left to do, or until there is no point in waiting.</summary>
    public Task SettlesAsync(Func<bool>? isPointless = null) => Eventually.BecomesAsync(
        async () => isPointless?.Invoke() == true ? "" : await ReadOpenAsync(), static open => open.Length == 0, "every row is COMPLETED", Patience);

    /// <summary>The same on a clock that hurries, so that nobody sits out the waits between tries.</summary>
    public Task SettlesInAHurryAsync()
    {
        var looks = 0;
        return SettlesAsync(() =>
        {
            if (++looks % LooksPerHurry == 0)
            {
                LetTimePass(FirstRetry);
            }

            return false;
        });
    }

    /// <summary>Every message has one decision, in order; every effect was applied; nothing is left over.</summary>
    public async Task AssertOnceAndInOrderAsync()
    {
        await Eventually.BecomesTrueAsync(
            async () => await CountAsync("aurora_local.instances WHERE status NOT IN (1, 3, 5)") == 0, "every run has ended", Patience);
        Assert.Equal(
            await CountAsync("crm_event_outbox WHERE event_type = 'INGEST_RECEIVED'"), await CountAsync("mhc_decisions"));
        Assert.Equal(await CountAsync("mhc_decisions"), await CountAsync(
            "aurora_local.instances WHERE id LIKE 'route-%' AND output IN ('\"PROCEED\"', '\"BLOCK\"')"));
        Assert.Equal(0, await CountAsync(
            """
            (SELECT d.decided_at, lag(d.decided_at) OVER (PARTITION BY o.partition_key ORDER BY o.created_at, o.id) AS earlier
             FROM mhc_decisions d JOIN crm_event_outbox o ON o.id = d.outbox_id) x WHERE x.decided_at < x.earlier
            """));
        Assert.Equal(
            await Database.ColumnAsync<string>("SELECT id FROM crm_event_outbox WHERE event_type = $1 ORDER BY id", EffectType),
            _effects.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            HasConsumer ? await Database.ColumnAsync<string>("SELECT outbox_id FROM mhc_decisions ORDER BY outbox_id") : [],
            _told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0, await CountAsync("outbox_keys"));
        Assert.Equal(0, await CountAsync("crm_event_outbox WHERE locked_by IS NOT NULL OR dead_at IS NOT NULL"));
        Assert.Equal(0, await CountAsync("aurora_local.inbox") + await CountAsync("aurora_local.timers"));
        await Eventually.BecomesTrueAsync(async () => await CountAsync("outbox_workers") == 1, "workers that are gone are forgotten", Patience);
    }

    /// <summary>Retries dead rows as an operator does.</summary>
    public async Task ReviveDeadAsync(AuroraTestHost app)
    {
        foreach (var id in await Database.ColumnAsync<string>("SELECT id FROM crm_event_outbox WHERE dead_at IS NOT NULL ORDER BY id"))
        {
            using var answer = await app.Client.PostAsync(new Uri($"/ops/outbox/{id}/retry", UriKind.Relative), content: null);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    public Task<long> CountAsync(string from) => Database.ScalarAsync<long>($"SELECT count(*) FROM {from}")!;

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private async Task<string> ReadOpenAsync() => string.Join(", ", await Database.ColumnAsync<string>(
        "SELECT id || ' ' || status || ' ' || attempts || ' ' || coalesce(last_error, '') FROM crm_event_outbox WHERE status <> 'COMPLETED' LIMIT 5"));

    private void Configure(AuroraTestHostOptions options)
    {
        options.Database = Database;
        options.Time = _time;
        foreach (var (name, value) in Settings)
        {
            options.Configuration[name] = value;
        }

        options.After = app =>
        {
            app.Services.AddSingleton(new OutboxHandler(EffectType, ApplyAsync, static (_, _, _) => Task.FromResult(false)));
            if (HasConsumer)
            {
                app.Services.AddSingleton<IDecisionConsumer>(new Consumer(_told));
            }

            app.Services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None));
            app.UseMiddleware(async (context, next) =>
            {
                await DisturbAsync(context.FunctionDefinition.Name);
                await next();
            });
        };
    }

    private async Task DisturbAsync(string function)
    {
        if (function is nameof(SafetySpecialistActivity) or nameof(SrvSpecialistActivity))
        {
            await (_held?.Task ?? Task.CompletedTask);
        }

        if (function == nameof(SafetySpecialistActivity) && SafetyFails)
        {
            throw new InvalidOperationException("No verdict.");
        }
    }

    private Task<OutboxHandling> ApplyAsync(OutboxItem item, Microsoft.DurableTask.Client.DurableTaskClient client, CancellationToken cancellation)
    {
        if (EffectsFail)
        {
            throw new InvalidOperationException("Not now.");
        }

        _effects.AddOrUpdate(item.Claim.Id.Value, 1, static (_, times) => times + 1);
        return Task.FromResult(OutboxHandling.Completed);
    }

    private sealed class Consumer(ConcurrentDictionary<string, int> told) : IDecisionConsumer
    {
        public string Name => "scene";

        public Task OnDecidedAsync(Decision decision, CancellationToken cancellation)
        {
            told.AddOrUpdate(decision.OutboxId, 1, static (_, times) => times + 1);
            return Task.CompletedTask;
        }
    }
}
