using Aurora.TestKit.Durable.Patterns;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Patterns;

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryActivityPatternTests() : ActivityPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryTimerPatternTests() : TimerPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryEventPatternTests() : EventPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryEventTimeoutPatternTests() : EventTimeoutPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryContinueAsNewPatternTests() : ContinueAsNewPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemorySubOrchestrationPatternTests() : SubOrchestrationPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryFailurePatternTests() : FailurePatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryRetryPatternTests() : RetryPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryDeterminismPatternTests() : DeterminismPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryClassPatternTests() : ClassPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryQueryPatternTests() : QueryPatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryLifecyclePatternTests() : LifecyclePatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryReusePatternTests() : ReusePatterns(PatternHosts.InMemory(replayed: true));

/// <summary>In memory, every step begins with a replay.</summary>
public sealed class ReplayedInMemoryRestartPatternTests() : RestartPatterns(PatternHosts.InMemory(replayed: true));
