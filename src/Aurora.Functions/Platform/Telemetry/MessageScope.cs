using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>
/// The fields every log line of a message carries: open it with <c>using var scope = logger.BeginMessage(...)</c> as soon as
/// the ids are known. Ids only; a value that could be personal data has no field here.
/// </summary>
internal sealed class MessageScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The message's trace id (the same UUID as <c>trace_id</c>).</summary>
    public Guid? CorrelationId { get; set; }

    /// <summary>Stored channel or source, for example <c>whatsapp</c>.</summary>
    public string? Channel { get; set; }

    /// <summary>The tenant the message belongs to.</summary>
    public string? TenantId { get; set; }

    /// <summary>The conversation's session, once there is one.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The ingest event.</summary>
    public Guid? EventId { get; set; }

    /// <summary>How it ended, set when known: lines logged afterwards carry it.</summary>
    public string? Outcome { get; set; }

    public int Count => 6;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("correlation_id", CorrelationId),
        1 => new("channel", Channel),
        2 => new("tenant_id", TenantId),
        3 => new("session_id", SessionId),
        4 => new("event_id", EventId),
        5 => new("outcome", Outcome),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(
        ' ', this.Where(f => f.Value is not null).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Key}={f.Value}")));
}

/// <summary>Opens a <see cref="MessageScope"/>.</summary>
internal static class MessageScopeExtensions
{
    public static IDisposable? BeginMessage(this ILogger logger, MessageScope scope)
    {
        ArgumentNullException.ThrowIfNull(logger);
        return logger.BeginScope(scope);
    }
}
