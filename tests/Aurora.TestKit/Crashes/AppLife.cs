using Aurora.TestKit.Hosting;

namespace Aurora.TestKit.Crashes;

/// <summary>One run of the app behind a <see cref="CommitProxy"/>, from its start to its end or its crash.</summary>
public sealed class AppLife
{
    private readonly Task<AuroraTestHost> _starting;

    private readonly AuroraTestHost? _app;

    private AppLife(CommitProxy proxy, Task<AuroraTestHost> starting, AuroraTestHost? app)
    {
        Proxy = proxy;
        _starting = starting;
        _app = app;
    }

    public CommitProxy Proxy { get; }

    /// <summary>The app; only asked for when its start was not cut.</summary>
    public AuroraTestHost App => _app ?? throw new InvalidOperationException("The app did not start.");

    public bool HasStarted => _app is not null;

    /// <summary>Starts the app; <paramref name="arm"/> may choose a commit that is cut, during the start or later.</summary>
    public static async Task<AppLife> StartAsync(string connectionString, Action<AuroraTestHostOptions> configure, Action<CommitProxy>? arm)
    {
        var proxy = CommitProxy.Start(connectionString);
        arm?.Invoke(proxy);
        var starting = AuroraTestHost.StartAsync(options =>
        {
            configure(options);
            options.ConnectionString = proxy.ConnectionString;
        });
        await Task.WhenAny(starting, proxy.Cut);
        var hasStarted = starting.IsCompletedSuccessfully || !proxy.IsCut;
        return new AppLife(proxy, starting, hasStarted ? await starting : null);
    }

    /// <summary>Leaves an app that was cut off to itself: it reaches no database any more and ends when its drain gives up.</summary>
    public async Task EndAsync()
    {
        try
        {
            await (await _starting).DisposeAsync();
        }
        catch (Exception) when (Proxy.IsCut)
        {
            // Its database is gone; so is the app.
        }

        await Proxy.DisposeAsync();
    }
}
