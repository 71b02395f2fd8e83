using Aurora.TestKit.Durable.Patterns;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Durable.Patterns;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresActivityPatternTests(DatabaseFixture fixture)
    : ActivityPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresTimerPatternTests(DatabaseFixture fixture)
    : TimerPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresEventPatternTests(DatabaseFixture fixture)
    : EventPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresEventTimeoutPatternTests(DatabaseFixture fixture)
    : EventTimeoutPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresContinueAsNewPatternTests(DatabaseFixture fixture)
    : ContinueAsNewPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresSubOrchestrationPatternTests(DatabaseFixture fixture)
    : SubOrchestrationPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresFailurePatternTests(DatabaseFixture fixture)
    : FailurePatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresRetryPatternTests(DatabaseFixture fixture)
    : RetryPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresDeterminismPatternTests(DatabaseFixture fixture)
    : DeterminismPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresClassPatternTests(DatabaseFixture fixture)
    : ClassPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresQueryPatternTests(DatabaseFixture fixture)
    : QueryPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresLifecyclePatternTests(DatabaseFixture fixture)
    : LifecyclePatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresReusePatternTests(DatabaseFixture fixture)
    : ReusePatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;

/// <summary>On PostgreSQL, every step begins with a replay.</summary>
public sealed class ReplayedPostgresRestartPatternTests(DatabaseFixture fixture)
    : RestartPatterns(PatternHosts.Postgres(fixture, replayed: true)), IClassFixture<DatabaseFixture>;
