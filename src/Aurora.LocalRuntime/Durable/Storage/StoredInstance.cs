using Aurora.LocalRuntime.Durable.History;

namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>An instance with the turns of its present execution, oldest first.</summary>
internal sealed record StoredInstance(InstanceRecord Record, IReadOnlyList<Turn> Turns);

/// <summary>A timer an instance must be woken for.</summary>
internal readonly record struct StoredTimer(string InstanceId, long Execution, DateTime Due);

/// <summary>A message on its way to an instance, written with the turn that sent it.</summary>
internal readonly record struct InboxRow(long Id, string Target, byte[] Body);
