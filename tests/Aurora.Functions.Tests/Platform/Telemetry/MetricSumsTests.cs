using System.Diagnostics.Metrics;
using Aurora.Functions.Platform.Telemetry;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Telemetry;

public sealed class MetricSumsTests : IDisposable
{
    private readonly Meter _meter = new("Aurora.MetricSumsTests");
    private readonly MetricSums _sums = new();

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Add_Counter_ReportsTheIncreaseOfEachSetOfTags()
    {
        var counter = _meter.CreateCounter<long>("rows");

        _sums.Add(counter, 2, [new("outcome", "completed")]);
        _sums.Add(counter, 3, [new("outcome", "completed")]);
        _sums.Add(counter, 1, [new("outcome", "failed")]);

        Assert.Equal(
            [("rows", 5.0, "completed"), ("rows", 1.0, "failed")],
            _sums.All.Select(metric => (metric.Name, metric.Value, (string)metric.Properties["outcome"])));
    }

    [Fact]
    public void Add_Gauge_ReportsTheLastValue()
    {
        var gauge = _meter.CreateObservableGauge("oldest", () => 0.0);

        _sums.Add(gauge, 9, []);
        _sums.Add(gauge, 4, []);

        var metric = Assert.Single(_sums.All);
        Assert.Equal(4, metric.Value);
        Assert.Empty(metric.Properties);
    }

    [Fact]
    public void Add_Histogram_ReportsMeanExtremesAndNumber()
    {
        var histogram = _meter.CreateHistogram<double>("duration");

        _sums.Add(histogram, 10, []);
        _sums.Add(histogram, 20, []);
        _sums.Add(histogram, 60, []);

        var metric = Assert.Single(_sums.All);
        Assert.Equal(30, metric.Value);
        Assert.Equal(10.0, metric.Properties["min"]);
        Assert.Equal(60.0, metric.Properties["max"]);
        Assert.Equal("3", metric.Properties["items"]);
    }

    [Fact]
    public void Add_TagsWithoutBounds_KeepsMemoryBounded()
    {
        var counter = _meter.CreateCounter<int>("rows");

        for (var i = 0; i < 2_000; i++)
        {
            _sums.Add(counter, 1, [new("mistake", i)]);
        }

        Assert.Equal(MetricSums.MaxSeries, _sums.All.Count());
    }
}
