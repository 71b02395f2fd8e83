using Aurora.Functions.Outbox;
using Aurora.Functions.Outbox.Emitting;
using Aurora.Functions.Outbox.Recovering;
using Aurora.Functions.Routing.Purging;
using Aurora.TestKit.Crashes;
using Aurora.TestKit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aurora.EndToEndTests.Crashes;

/// <summary>A commit of the outbox or the router, and how an app is brought to it.</summary>
/// <param name="Name">What is being done.</param>
/// <param name="Statement">The statement in it.</param>
/// <param name="PrepareAsync">What the app finds when it starts.</param>
/// <param name="ActAsync">What is done to the app once it runs; repeated to the app that follows.</param>
/// <param name="Heal">What is different for the app that follows.</param>
internal sealed record CommitPoint(
    string Name,
    string Statement,
    Func<CrashScene, Task> PrepareAsync,
    Func<AuroraTestHost, CrashScene, Task>? ActAsync = null,
    Action<CrashScene>? Heal = null)
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(-5);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Every writing statement of both slices is in one of them; a test compares.</summary>
    public static IReadOnlyList<CommitPoint> All { get; } =
    [
        new("emit", "OutboxEmitter.EmitSql", Nothing, EmitAsync),
        new("announce", "PostgresOutboxStore.RegisterSql", Messages),
        new("give back rows of a gone worker", "PostgresOutboxStore.FailSql", static async scene =>
        {
            await Messages(scene);
            await scene.ClaimAsGoneAsync(withLock: true, Lease);
        }),
        new("forget a gone worker", "PostgresOutboxStore.ForgetGoneSql", static async scene =>
        {
            await scene.ClaimAsGoneAsync(withLock: true, Lease);
            await Messages(scene);
        }),
        new("fail rows whose lease ran out", "PostgresOutboxStore.FailSql", static async scene =>
        {
            await Messages(scene);
            await scene.ClaimAsGoneAsync(withLock: false, LongAgo);
        }, Heal: static scene => scene.LetTimePass(Lease)),
        new("extend a lease", "PostgresOutboxStore.ExtendSql", static async scene =>
        {
            await Messages(scene);
            scene.HoldSpecialists();
        }, ExpireLeasesAsync, static scene => scene.ReleaseSpecialists()),
        new("adopt rows without a key", "PostgresOutboxStore.AdoptSql", static async scene =>
        {
            await Messages(scene);
            await scene.Database.ExecuteAsync("DELETE FROM outbox_keys");
        }),
        new("give a claim without a lease one that ended", "PostgresOutboxStore.LeaseClaimsSql", static async scene =>
        {
            await Messages(scene);
            await scene.ClaimAsGoneAsync(withLock: false, Lease);
            await scene.Database.ExecuteAsync("UPDATE crm_event_outbox SET locked_until = NULL");
        }),
        new("mend keys whose head is gone", "PostgresOutboxStore.RepairSql", static async scene =>
        {
            await Messages(scene);
            await scene.Database.ExecuteAsync("UPDATE outbox_keys SET head_id = 'gone'");
        }),
        new("claim", "PostgresOutboxStore.ClaimSql", Messages),
        new("promote due keys", "PostgresOutboxStore.PromoteDueSql", static async scene =>
        {
            await Messages(scene);
            await FailAsync(scene, isDead: false);
        }),
        new("complete and move the key on", "PostgresOutboxStore.CompleteSql", Effects),
        new("fail", "PostgresOutboxStore.FailSql", static async scene =>
        {
            await Effects(scene);
            scene.EffectsFail = true;
        }, Heal: static scene =>
        {
            scene.EffectsFail = false;
            scene.LetTimePass(Lease);
        }),
        new("fail for good and free the key", "PostgresOutboxStore.FailSql", static async scene =>
        {
            await Effects(scene);
            scene.EffectsFail = true;
            scene.Settings["Outbox:AttemptsCeiling"] = "1";
        }, Heal: static scene =>
        {
            scene.EffectsFail = false;
            scene.Settings.Remove("Outbox:AttemptsCeiling");
        }),
        new("retry by an operator", "PostgresOutboxStore.RetrySql", static async scene =>
        {
            await Effects(scene);
            await FailAsync(scene, isDead: true);
        }, static (app, scene) => scene.ReviveDeadAsync(app)),
        new("purge", "PostgresOutboxStore.PurgeSql", static async scene =>
        {
            await Messages(scene);
            await scene.EmitAsync(keys: 1, rowsPerKey: 1, CrashScene.FinishedType);
            await scene.Database.ExecuteAsync(
                "UPDATE crm_event_outbox SET status = 'COMPLETED', processed_at = created_at WHERE event_type = $1", CrashScene.FinishedType);
            await scene.Database.ExecuteAsync("DELETE FROM outbox_keys WHERE partition_key LIKE $1", CrashScene.FinishedType + "%");
        }, static async (app, _) => await app.Services.GetRequiredService<OutboxPurge>().RunAsync(default)),
        new("purge decisions", "DecisionPurge.DeleteSql", static async scene =>
        {
            await Messages(scene);
            await scene.Database.ExecuteAsync(
                """
                INSERT INTO mhc_decisions (outbox_id, attempt, trace_id, decision, enriched_context, safety_score_delta, started_at, decided_at)
                VALUES ('long ago', 1, 'long ago', 'PROCEED', '{}', 0, $1, $1)
                """,
                scene.Now.AddYears(-1).UtcDateTime);
        }, static async (app, _) => await app.Services.GetRequiredService<DecisionPurge>().RunAsync(default)),
        new("start a run", "INSERT INTO aurora_local.instances", Messages),
        new("record a decision, complete and move the key on", "DecisionStore.RecordSql", Messages),
        new("record a decision and leave a row for its consumer", "DecisionStore.RecordAndTellSql", static async scene =>
        {
            await Messages(scene);
            scene.HasConsumer = true;
        }),
        new("fail a run without a verdict", "PostgresOutboxStore.FailSql", static async scene =>
        {
            await scene.EmitAsync(keys: 2, rowsPerKey: 1);
            scene.SafetyFails = true;
        }, Heal: static scene =>
        {
            scene.SafetyFails = false;
            scene.LetTimePass(Lease);
        }),
    ];

    public override string ToString() => Name;

    private static Task Nothing(CrashScene scene) => Task.CompletedTask;

    private static Task Messages(CrashScene scene) => scene.EmitAsync(keys: 2, rowsPerKey: 3);

    private static Task Effects(CrashScene scene) => scene.EmitAsync(keys: 2, rowsPerKey: 2, CrashScene.EffectType);

    private static async Task FailAsync(CrashScene scene, bool isDead)
    {
        var items = await scene.ClaimAsGoneAsync(withLock: false, Lease);
        await using var store = scene.NewStore();
        await store.FailAsync([.. items.Select(item => new OutboxFailure(item.Claim, "no", scene.Now, isDead))], scene.Now, default);
    }

    private static async Task EmitAsync(AuroraTestHost app, CrashScene scene)
    {
        await using var connection = await app.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await app.Services.GetRequiredService<OutboxEmitter>().EmitAsync(transaction, scene.NewRows(keys: 2, rowsPerKey: 2), default);
        await transaction.CommitAsync();
        app.Services.GetRequiredService<OutboxWakeUp>().Signal();
    }

    private static async Task ExpireLeasesAsync(AuroraTestHost app, CrashScene scene)
    {
        if (!scene.HoldsSpecialists)
        {
            return;
        }

        await TestKit.Eventually.BecomesTrueAsync(
            async () => await scene.CountAsync("aurora_local.instances WHERE status = 0") == 2, "the runs of both heads are held");
        await scene.Database.ExecuteAsync(
            "UPDATE crm_event_outbox SET locked_until = $1 WHERE status = 'PROCESSING'", scene.Now.UtcDateTime);
    }
}
