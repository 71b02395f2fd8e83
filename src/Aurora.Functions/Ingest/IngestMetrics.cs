using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aurora.Functions.Channels;

namespace Aurora.Functions.Ingest;

/// <summary>Every instrument of the slice; tags are channels, kinds and outcomes, never ids.</summary>
internal sealed class IngestMetrics : IDisposable
{
    public const string MeterName = "Aurora.Ingest";
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _messages;
    private readonly Counter<long> _items;
    private readonly Counter<long> _ignored;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _purged;
    private readonly Histogram<double> _duration;

    public IngestMetrics()
    {
        _messages = _meter.CreateCounter<long>("aurora.ingest.messages", "{message}", "Calls of /ingest/message by outcome.");
        _items = _meter.CreateCounter<long>("aurora.ingest.items", "{item}", "Webhook items by channel, kind, destination and outcome.");
        _ignored = _meter.CreateCounter<long>("aurora.ingest.ignored", "{item}", "Parts of webhook calls that produced no item, by reason.");
        _refused = _meter.CreateCounter<long>("aurora.ingest.refused", "{request}", "Requests answered with an error, by status and code.");
        _purged = _meter.CreateCounter<long>("aurora.ingest.purged", "{row}", "Rows cleared or deleted by retention.");
        _duration = _meter.CreateHistogram<double>("aurora.ingest.duration", "ms", "From the first byte to the commit, by route.");
    }

    public void Message(string outcome) => _messages.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Item(string channel, InboundKind kind, string destination, string outcome) => _items.Add(
        1,
        new("channel", channel),
        new("kind", kind.ToString()),
        new("destination", destination),
        new("outcome", outcome));

    public void Ignored(string channel, string reason, int count) => _ignored.Add(
        count, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("reason", reason));

    public void Refused(int status, string code) => _refused.Add(
        1, new KeyValuePair<string, object?>("status", status), new KeyValuePair<string, object?>("code", code));

    public void Purged(string what, long rows) => _purged.Add(rows, new KeyValuePair<string, object?>("what", what));

    public void Took(string route, long started) => _duration.Record(
        Stopwatch.GetElapsedTime(started).TotalMilliseconds, new KeyValuePair<string, object?>("route", route));

    public void Dispose() => _meter.Dispose();
}
