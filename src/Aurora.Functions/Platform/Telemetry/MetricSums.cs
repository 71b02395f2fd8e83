using System.Diagnostics.Metrics;
using System.Globalization;

namespace Aurora.Functions.Platform.Telemetry;

/// <summary>
/// What has been measured between two reports, by instrument and tags. A counter is reported as its increase, a gauge as its
/// last value, a histogram as its mean with <c>min</c>, <c>max</c> and the number of <c>items</c>.
/// </summary>
internal sealed class MetricSums
{
    /// <summary>Tags are outcomes and names, never ids; this bounds a mistake.</summary>
    internal const int MaxSeries = 500;

    private readonly Dictionary<(string Name, string Tags), Sum> _sums = [];

    public IEnumerable<(string Name, double Value, Dictionary<string, object> Properties)> All =>
        _sums.Select(entry => (entry.Key.Name, entry.Value.Reported, entry.Value.Properties()));

    public void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument.Name, Text(tags));
        if (!_sums.TryGetValue(key, out var sum))
        {
            if (_sums.Count == MaxSeries)
            {
                return;
            }

            _sums.Add(key, sum = new Sum(KindOf(instrument), tags));
        }

        sum.Add(value);
    }

    private static InstrumentKind KindOf(Instrument instrument) =>
        instrument.IsObservable ? InstrumentKind.Gauge
        : instrument is Histogram<double> or Histogram<int> or Histogram<long> ? InstrumentKind.Histogram
        : InstrumentKind.Counter;

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = "";
        foreach (var (key, value) in tags)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"{text}{key}={value};");
        }

        return text;
    }

    private enum InstrumentKind
    {
        Counter,
        Gauge,
        Histogram,
    }

    private sealed class Sum(InstrumentKind kind, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        private readonly KeyValuePair<string, object?>[] _tags = [.. tags];
        private double _total;
        private double _last;
        private double _min = double.MaxValue;
        private double _max = double.MinValue;
        private long _items;

        public double Reported => kind switch
        {
            InstrumentKind.Counter => _total,
            InstrumentKind.Gauge => _last,
            InstrumentKind.Histogram => _total / _items,
        };

        public void Add(double value)
        {
            _total += value;
            _last = value;
            _min = Math.Min(_min, value);
            _max = Math.Max(_max, value);
            _items++;
        }

        public Dictionary<string, object> Properties()
        {
            var properties = new Dictionary<string, object>(StringComparer.Ordinal);
            foreach (var (key, value) in _tags)
            {
                properties[key] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            }

            if (kind == InstrumentKind.Histogram)
            {
                properties["min"] = _min;
                properties["max"] = _max;
                properties["items"] = _items.ToString(CultureInfo.InvariantCulture);
            }

            return properties;
        }
    }
}
