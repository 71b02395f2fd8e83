namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>
/// The clock of the time limit of invocations. It is the machine's even when the app runs on a virtual clock: a jump of a month must not
/// end a request that has run for a millisecond.
/// </summary>
internal sealed record InvocationClock(TimeProvider Time);
