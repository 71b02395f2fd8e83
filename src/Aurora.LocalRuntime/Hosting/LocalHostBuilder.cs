using System.Text.Json;
using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Invocation;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Http;
using Aurora.LocalRuntime.Timers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>What stands behind the public builder: configuration, services and the invocation pipeline.</summary>
internal sealed class LocalHostBuilder
{
    private static readonly Dictionary<string, string> Switches = new() { ["-p"] = "port" };
    private readonly LocalHostSettings _settings;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private readonly HostJson _hostJson;
    private readonly StartupProgress _progress = new();
    private bool _hasAspNetCore;
    private bool _isBuilt;

    public LocalHostBuilder(LocalHostSettings settings)
    {
        _settings = settings;
        _hostJson = StartupFailure.Guard(settings, () => Prepare(settings));
        Inner = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            EnvironmentName = EnvironmentName(settings),
            ContentRootPath = settings.Directories.App,
        });
        Configure(Inner.Configuration);
        ConfigureLogging(Inner.Logging);
        ConfigureServices(Inner.Services);
    }

    public HostApplicationBuilder Inner { get; }

    public void Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        RefuseWhenBuilt();
        _middleware.Add(middleware);
    }

    public void UseAspNetCore()
    {
        if (_hasAspNetCore)
        {
            return;
        }

        _hasAspNetCore = true;
        Inner.Services.AddRouting();
        Inner.Services.AddMvcCore();
        Inner.Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionMethodPolicy>());
        Inner.Services.TryAddSingleton(new System.Diagnostics.DiagnosticListener("Microsoft.AspNetCore"));
        Inner.Services.TryAddSingleton<System.Diagnostics.DiagnosticSource>(
            services => services.GetRequiredService<System.Diagnostics.DiagnosticListener>());
    }

    public IHost Build()
    {
        RefuseWhenBuilt();
        _isBuilt = true;
        Inner.Services.AddSingleton(new InvocationPipeline(_middleware));
        Inner.Services.AddSingleton(new HostFeatures(_hasAspNetCore));

        // Last of the hosted services: triggers start when the app's own services run, and stop before them.
        Inner.Services.AddHostedService(services => services.GetRequiredService<FunctionsRuntime>());
        return new LocalHost(Inner.Build(), Inner.Configuration, _settings, _progress);
    }

    private void RefuseWhenBuilt()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The application has already been built.");
        }
    }

    private static HostJson Prepare(LocalHostSettings settings)
    {
        if (settings.OwnsProcess)
        {
            LocalSettingsFile.Apply(settings.Directories.LocalSettings);
        }

        return HostJson.Read(settings.Directories.HostJson);
    }

    private static string EnvironmentName(LocalHostSettings settings) =>
        settings.EnvironmentName
        ?? Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT")
        ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
        ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
        ?? Environments.Production;

    private void Configure(ConfigurationManager configuration) => configuration
        .AddJsonFile(Path.Combine(_settings.Directories.App, "appsettings.json"), optional: true, reloadOnChange: false)
        .AddEnvironmentVariables()
        .AddCommandLine(_settings.Arguments, Switches)
        .AddInMemoryCollection(_settings.Configuration);

    private void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);

        // A start that fails is reported in one line, so the framework's own report with its stack would only repeat it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && _progress.HasStarted);
        logging.AddConfiguration(_hostJson.Logging).AddConfiguration(Inner.Configuration.GetSection("Logging"));
        if (_settings.OwnsProcess)
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
    }

    private void ConfigureServices(IServiceCollection services)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = HostDrain.Limit);
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        if (!_settings.OwnsProcess)
        {
            services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        }

        services.AddSingleton(_settings);
        services.AddSingleton(_settings.Directories);
        services.AddSingleton(_hostJson);
        services.AddSingleton(_settings.Time);
        services.AddSingleton(new InvocationClock(_settings.InvocationTime));
        services.AddSingleton(_ => HostUrls.Read(HostConfiguration()));
        services.AddSingleton<DatabaseInUse>();
        services.AddSingleton<DurableClientSource>();
        services.AddSingleton<FunctionCatalog>();
        services.AddSingleton<HostDrain>();
        services.AddSingleton<FunctionExecutor>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<TimerHost>();
        services.AddSingleton(new FunctionKeyFile(_settings.Directories.Aurora));
        services.AddSingleton<StartupMessage>();
        services.AddSingleton<FunctionsRuntime>();
    }

    /// <summary>What is meant for the host itself: an unprefixed PORT of the environment, for one, is not.</summary>
    private IConfigurationRoot HostConfiguration() => new ConfigurationBuilder()
        .AddEnvironmentVariables("ASPNETCORE_")
        .AddCommandLine(_settings.Arguments, Switches)
        .AddInMemoryCollection(_settings.Configuration)
        .Build();

    /// <summary>A host inside another process leaves signals to it.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
