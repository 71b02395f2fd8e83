using System.Runtime.InteropServices;

namespace Aurora.Functions.Outbox;

/// <summary>Identity of an outbox row.</summary>
internal readonly record struct OutboxId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>
/// One worker's right to finish one row: the row's id and the attempt number its claim gave it. A mark whose attempt is no
/// longer the row's is stale and changes nothing.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OutboxClaim(OutboxId Id, int Attempt);

/// <summary>A row to be written: what happened, and the key whose rows are handled one after another.</summary>
internal sealed record OutboxEvent(
    OutboxId Id, string EventType, string PayloadJson, string TraceId, string PartitionKey, OutboxLane Lane, DateTimeOffset CreatedAt);

/// <summary>A claimed row with its payload.</summary>
internal sealed record OutboxItem(
    OutboxClaim Claim,
    string EventType,
    string PayloadJson,
    string TraceId,
    string PartitionKey,
    OutboxLane Lane,
    DateTimeOffset CreatedAt);
