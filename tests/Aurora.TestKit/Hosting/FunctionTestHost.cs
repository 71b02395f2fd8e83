using Aurora.LocalRuntime.Hosting;
using Aurora.LocalRuntime.Hosting.Startup;
using Aurora.LocalRuntime.Http;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aurora.TestKit.Hosting;

/// <summary>The local host with a few functions given by a test: no database, a port of its own, its files in a temporary directory.</summary>
public sealed class FunctionTestHost : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly IHost _host;

    private FunctionTestHost(TemporaryDirectory directory, IHost host, StringWriter output)
    {
        _directory = directory;
        _host = host;
        Output = output;
    }

    public IServiceProvider Services => _host.Services;

    /// <summary>Calls functions without any key.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>What the host printed at start-up.</summary>
    public StringWriter Output { get; }

    public string FunctionKey => Runtime.Keys!.FunctionKey;

    public string MasterKey => Runtime.Keys!.MasterKey;

    public string KeyFile => Services.GetRequiredService<FunctionKeyFile>().Path;

    internal FunctionsRuntime Runtime => Services.GetRequiredService<FunctionsRuntime>();

    public static Task<FunctionTestHost> StartAsync(params Type[] functions) => StartAsync(new FunctionTestHostOptions(), functions);

    public static async Task<FunctionTestHost> StartAsync(FunctionTestHostOptions options, params Type[] functions)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = new TemporaryDirectory();
        directory.Write("host.json", options.HostJson);
        var output = new StringWriter();
        var builder = new FunctionsApplicationBuilder(new LocalHostSettings
        {
            Types = functions,
            Directories = new HostDirectories(directory.Path, directory.Path),
            Configuration = new Dictionary<string, string?>(options.Configuration) { ["port"] = "0" },
            EnvironmentName = Environments.Development,
            Output = output,
            Time = options.Time,
            InvocationTime = options.InvocationTime,
            UseDatabase = false,
        });
        if (options.UseAspNetCore)
        {
            builder.ConfigureFunctionsWebApplication();
        }

        options.Configure?.Invoke(builder);
        var host = new FunctionTestHost(directory, builder.Build(), output);
        try
        {
            await host._host.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        if (host.Runtime.Addresses.Count > 0)
        {
            host.Client.BaseAddress = new Uri(host.Runtime.Addresses[0]);
        }

        return host;
    }

    /// <summary>Stops the host as a signal would, and waits for the drain.</summary>
    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _directory.Dispose();
        await Output.DisposeAsync();
    }
}
