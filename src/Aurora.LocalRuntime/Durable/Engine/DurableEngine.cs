// One thing: the parts of the engine joined and their life; start, hand-over between them, stop.
using System.Collections.Concurrent;
using Aurora.LocalRuntime.Durable.Client;
using Aurora.LocalRuntime.Durable.Engine;
using Aurora.LocalRuntime.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Durable;

/// <summary>
/// Runs orchestrations: instances live in memory as coroutines fed from mailboxes; every turn is one commit, and nothing that depends on
/// a turn happens before its commit.
/// </summary>
internal sealed partial class DurableEngine : IAsyncDisposable, Committer.IFollowUp
{
    private readonly IInstanceStore _store;
    private readonly DurableEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, ResidentInstance> _residents = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(ResidentInstance Instance, int IdleStamp)> _idle = new();
    private readonly WorkQueue _turns;
    private readonly WorkQueue _activities;
    private readonly StartGate _gate;
    private readonly InstanceLoader _loader;
    private readonly TimerWindow _timers;
    private readonly CancellationTokenSource _activityStop = new();
    private readonly CancellationTokenSource _stop = new();
    private Committer? _committer;
    private TurnRunner _runner = null!;
    private NumberSource _numbers = null!;
    private Task _recovery = Task.CompletedTask;
    private int _idleCount;
    private int _phase;
    private volatile Exception? _lost;
    private volatile bool _hasEnded;

    public DurableEngine(ITaskCode code, IInstanceStore store, DurableEngineOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        Code = code;
        _store = store;
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Aurora.LocalRuntime.Durable");
        _turns = new WorkQueue(options.MaxConcurrentOrchestrators);
        _activities = new WorkQueue(options.MaxConcurrentActivities);
        _gate = new StartGate(options.MaxActiveInstances);
        _loader = new InstanceLoader(store);
        _timers = new TimerWindow(store, options.MaxTimersInMemory, time, _logger, Wake);
    }

    /// <summary>For tests: where the engine may be made to crash.</summary>
    public IEngineCrashPoints CrashPoints { get; init; } = NoCrashPoints.Instance;

    public ITaskCode Code { get; }

    public DataConverter Converter => _options.DataConverter;

    /// <summary>Cancelled when activities must come to an end.</summary>
    public CancellationToken ActivityToken => _activityStop.Token;

    /// <summary>Instances in memory, with and without work in hand.</summary>
    public int ResidentInstances => _residents.Count;

    /// <summary>Instances with work in hand.</summary>
    public int ActiveInstances => _gate.Active;

    internal IInstanceStore Store => _store;

    internal InstanceWaiters Waiters { get; } = new();

    internal TimeProvider Time => _time;

    internal DurableEngineOptions Options => _options;

    /// <summary>Takes the hub and goes on with what is unfinished in it. Throws <see cref="HubTakenException"/> while another process has it.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _phase, 1) != 0)
        {
            throw new InvalidOperationException("An engine starts once.");
        }

        var owner = await _store.OpenAsync(_options.HubName, cancellation);
        DurableLog.HubOpened(_logger, _options.HubName, owner);
        _numbers = new NumberSource(owner);
        _runner = new TurnRunner(Code, _options, _time, _loggers, _numbers, OnForeignContinuation);
        _committer = new Committer(_store, _options, owner, CrashPoints, _logger, this);
        _committer.Start();
        _loader.Start();
        _gate.OnRoom = SignalRoom;
        await _timers.StartAsync(cancellation);
        _recovery = Task.Run(RecoverAsync, CancellationToken.None);
    }

    /// <summary>
    /// Takes no new work, lets what runs come to its end within the token, writes what it came to and gives the hub up. What did not come
    /// to its end goes on at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _phase, 2) != 1)
        {
            return;
        }

        _gate.Close();
        if (_committer is null)
        {
            // The hub was never ours.
            await _timers.DisposeAsync();
            return;
        }

        _activities.Pause();
        await _stop.CancelAsync();
        await _recovery;
        await _timers.DisposeAsync();
        if (_lost is null)
        {
            await DrainAsync(cancellation);
        }

        await _activityStop.CancelAsync();
        _turns.Pause();
        await _committer.StopAsync(cancellation);
        _committer.Dispose();
        await _loader.DisposeAsync();
        var reason = Ended();
        AbandonAll(reason);
        Waiters.FailAll(reason);
        await _store.CloseAsync();
        DurableLog.HubClosed(_logger, _options.HubName);
    }

    /// <summary>A client of this engine's hub.</summary>
    public DurableTaskClient CreateClient(string name = "") => new EngineClient(name, this);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        await StopAsync(atOnce.Token);
        _activityStop.Dispose();
        _stop.Dispose();
    }

    /// <summary>An activity has ended; without an answer it was cut short.</summary>
    internal void ActivityDone(InstanceMessage? answer)
    {
        if (answer is not null)
        {
            Deliver(answer);
        }

        _activities.Done();
    }

    internal void EnsureRunning()
    {
        if (_lost is { } reason)
        {
            throw new InvalidOperationException($"The durable engine has stopped: {reason.Message}", reason);
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _phase) != 1, this);
    }

    void Committer.IFollowUp.OnLost(Exception reason)
    {
        _lost = reason;
        if (reason is not SimulatedCrashException)
        {
            DurableLog.EngineLost(_logger, reason.Message);
        }

        _turns.Pause();
        _activities.Pause();
        _gate.Close();
        AbandonAll(reason);
        Waiters.FailAll(reason);
    }

    /// <summary>Nothing is delivered any more, and nobody waits for what was.</summary>
    private void AbandonAll(Exception reason)
    {
        _hasEnded = true;
        foreach (var instance in _residents.Values)
        {
            _residents.TryRemove(new KeyValuePair<string, ResidentInstance>(instance.Id, instance));
            instance.Abandon(reason);
        }
    }

    private Exception Ended() => _lost ?? new OperationCanceledException("The durable engine has stopped.");

    private async Task DrainAsync(CancellationToken cancellation)
    {
        try
        {
            while (!_activities.IsIdle || !_turns.IsIdle || _committer is { IsIdle: false })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The time for an orderly end is over; the rest is found again from the store.
        }
    }
}
