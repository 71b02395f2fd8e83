using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function on a schedule.</summary>
/// <param name="schedule">Six-field NCRONTAB, a <see cref="TimeSpan"/>, or <c>%SETTING%</c> holding one of them.</param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>The schedule as written.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>Whether runs missed while the app was down are noticed; no effect below one minute.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs once when the app starts.</summary>
    public bool RunOnStartup { get; set; }
}
