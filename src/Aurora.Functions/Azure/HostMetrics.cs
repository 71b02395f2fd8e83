using System.Diagnostics.Metrics;
using Aurora.Functions.Platform.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Aurora.Functions;

/// <summary>
/// Hands the app's own instruments to Application Insights. The Functions host takes a worker's metric only while it runs
/// one of its invocations, so whichever invocation ends after the interval carries what has gathered since the last report.
/// </summary>
internal sealed class HostMetrics : IFunctionsWorkerMiddleware, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private MetricSums _sums = new();
    private DateTimeOffset _nextReport = DateTimeOffset.MinValue;

    public HostMetrics(TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Aurora.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            Report(context);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            _sums.Add(instrument, value, tags);
        }
    }

    private void Report(FunctionContext context)
    {
        MetricSums finished;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (now < _nextReport)
            {
                return;
            }

            _nextReport = now + Interval;

            // Functions scale apart from each other: what a gauge says is known where timers run, and 0 everywhere else.
            if (context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "timerTrigger"))
            {
                _listener.RecordObservableInstruments();
            }

            finished = _sums;
            _sums = new MetricSums();
        }

        var logger = context.GetLogger<HostMetrics>();
        foreach (var (name, value, properties) in finished.All)
        {
            logger.LogMetric(name, value, properties);
        }
    }
}
