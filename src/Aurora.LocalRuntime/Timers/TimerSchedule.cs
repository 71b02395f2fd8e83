using System.Globalization;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.Extensions.Configuration;
using NCrontab;

namespace Aurora.LocalRuntime.Timers;

/// <summary>When a timer function runs, in UTC.</summary>
internal sealed class TimerSchedule
{
    private const int FieldsWithSeconds = 6;
    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _interval;

    private TimerSchedule(CrontabSchedule? cron, TimeSpan interval, string text)
    {
        _cron = cron;
        _interval = interval;
        Text = text;
    }

    /// <summary>The schedule with settings filled in.</summary>
    public string Text { get; }

    /// <summary>Reads a schedule as written on a trigger.</summary>
    /// <exception cref="HostStartupException">The setting is missing or the schedule is none.</exception>
    public static TimerSchedule Parse(string function, string written, IConfiguration configuration)
    {
        var text = Resolve(function, written, configuration);
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length >= 5)
        {
            var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == FieldsWithSeconds };
            return CrontabSchedule.TryParse(text, options) is { } cron
                ? new TimerSchedule(cron, default, text)
                : throw Wrong(function, text);
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new TimerSchedule(null, interval, text)
            : throw Wrong(function, text);
    }

    /// <summary>The first run after an instant.</summary>
    public DateTime Next(DateTime after) => _cron?.GetNextOccurrence(after) ?? after + _interval;

    /// <summary>Whether runs are so close (under a minute) that a monitor would only cost.</summary>
    public bool IsFrequent(DateTime now)
    {
        var first = Next(now);
        return Next(first) - first < TimeSpan.FromMinutes(1);
    }

    private static string Resolve(string function, string written, IConfiguration configuration)
    {
        var text = written.Trim();
        if (text.Length < 3 || text[0] != '%' || text[^1] != '%')
        {
            return text;
        }

        var name = text[1..^1];
        return configuration[name] ?? configuration[name.Replace("__", ":", StringComparison.Ordinal)]
            ?? throw new HostStartupException($"function '{function}': its schedule names the setting {name}, which is not set.");
    }

    private static HostStartupException Wrong(string function, string text) => new(
        $"function '{function}': '{text}' is no schedule; write six NCRONTAB fields (second minute hour day month weekday) or hh:mm:ss.");
}
