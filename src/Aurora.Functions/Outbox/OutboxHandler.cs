using Microsoft.DurableTask.Client;

namespace Aurora.Functions.Outbox;

/// <summary>What a handler did with a row.</summary>
internal enum OutboxHandling
{
    /// <summary>The work is done; the drain marks the row.</summary>
    Completed,

    /// <summary>An orchestration was started; it marks the row itself.</summary>
    Started,

    /// <summary>The orchestration of this attempt has ended before and left the row as it was; the drain gives it back for the next.</summary>
    EndedBefore,
}

/// <summary>
/// How rows of one event type are handled. Handlers of higher slices register themselves, so the outbox knows none of them.
/// </summary>
/// <param name="EventType">The stored event type.</param>
/// <param name="HandleAsync">Does or starts the work; an exception fails the row.</param>
/// <param name="IsRunningAsync">Whether the work that an attempt started still runs; asked when its lease ran out.</param>
internal sealed record OutboxHandler(
    string EventType,
    Func<OutboxItem, DurableTaskClient, CancellationToken, Task<OutboxHandling>> HandleAsync,
    Func<OutboxClaim, DurableTaskClient, CancellationToken, Task<bool>> IsRunningAsync);

/// <summary>All registered handlers by event type.</summary>
internal sealed class OutboxHandlers
{
    private readonly Dictionary<string, OutboxHandler> _byType;

    public OutboxHandlers(IEnumerable<OutboxHandler> handlers)
    {
        _byType = new Dictionary<string, OutboxHandler>(StringComparer.Ordinal);
        foreach (var handler in handlers)
        {
            if (!_byType.TryAdd(handler.EventType, handler))
            {
                throw new InvalidOperationException($"Two handlers are registered for the event type '{handler.EventType}'.");
            }
        }
    }

    /// <summary>The handler of an event type, if there is one.</summary>
    public OutboxHandler? Find(string eventType) => _byType.GetValueOrDefault(eventType);
}

/// <summary>A row names an event type that nobody handles.</summary>
internal sealed class UnknownEventTypeException(string eventType)
    : Exception($"No handler is registered for the event type '{eventType}'.");
