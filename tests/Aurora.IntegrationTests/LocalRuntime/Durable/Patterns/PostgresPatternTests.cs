using Aurora.TestKit.Durable.Patterns;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable.Patterns;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresActivityPatternTests(DatabaseFixture fixture)
    : ActivityPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresTimerPatternTests(DatabaseFixture fixture)
    : TimerPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresEventPatternTests(DatabaseFixture fixture)
    : EventPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresEventTimeoutPatternTests(DatabaseFixture fixture)
    : EventTimeoutPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresContinueAsNewPatternTests(DatabaseFixture fixture)
    : ContinueAsNewPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresSubOrchestrationPatternTests(DatabaseFixture fixture)
    : SubOrchestrationPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresFailurePatternTests(DatabaseFixture fixture)
    : FailurePatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresRetryPatternTests(DatabaseFixture fixture)
    : RetryPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresDeterminismPatternTests(DatabaseFixture fixture)
    : DeterminismPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresClassPatternTests(DatabaseFixture fixture)
    : ClassPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresQueryPatternTests(DatabaseFixture fixture)
    : QueryPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresLifecyclePatternTests(DatabaseFixture fixture)
    : LifecyclePatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresReusePatternTests(DatabaseFixture fixture)
    : ReusePatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, instances kept between steps.</summary>
public sealed class PostgresRestartPatternTests(DatabaseFixture fixture)
    : RestartPatterns(PatternHosts.Postgres(fixture, replayed: false)), IClassFixture<DatabaseFixture>;
