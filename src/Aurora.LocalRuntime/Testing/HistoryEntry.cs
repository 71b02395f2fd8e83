namespace Aurora.LocalRuntime.Testing;

/// <summary>One line of an instance's history, for tests to look at.</summary>
/// <param name="Turn">The turn it belongs to; the first is 0.</param>
/// <param name="Kind">What happened or was asked for, such as <c>TaskCompleted</c> or <c>CallActivity</c>.</param>
/// <param name="Name">The activity, orchestrator or event, where there is one.</param>
/// <param name="TaskId">The task, where there is one.</param>
/// <param name="Payload">Input, result or event data, serialized.</param>
public sealed record HistoryEntry(int Turn, string Kind, string? Name, int? TaskId, string? Payload);
