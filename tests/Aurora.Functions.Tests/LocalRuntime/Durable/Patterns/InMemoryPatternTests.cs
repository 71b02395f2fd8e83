using Aurora.TestKit.Durable.Patterns;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Patterns;

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryActivityPatternTests() : ActivityPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryTimerPatternTests() : TimerPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryEventPatternTests() : EventPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryEventTimeoutPatternTests() : EventTimeoutPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryContinueAsNewPatternTests() : ContinueAsNewPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemorySubOrchestrationPatternTests() : SubOrchestrationPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryFailurePatternTests() : FailurePatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryRetryPatternTests() : RetryPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryDeterminismPatternTests() : DeterminismPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryClassPatternTests() : ClassPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryQueryPatternTests() : QueryPatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryLifecyclePatternTests() : LifecyclePatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryReusePatternTests() : ReusePatterns(PatternHosts.InMemory(replayed: false));

/// <summary>In memory, instances kept between steps.</summary>
public sealed class InMemoryRestartPatternTests() : RestartPatterns(PatternHosts.InMemory(replayed: false));
