using Aurora.LocalRuntime.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds the host of a function app.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly LocalHostBuilder _host;

    internal FunctionsApplicationBuilder(string[]? args)
        : this(new LocalHostSettings { Arguments = args ?? [], OwnsProcess = true })
    {
    }

    internal FunctionsApplicationBuilder(LocalHostSettings settings)
    {
        _host = new LocalHostBuilder(settings);
    }

    /// <summary>Values shared while the host is being built.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_host.Inner).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <summary>The app's configuration.</summary>
    public ConfigurationManager Configuration => _host.Inner.Configuration;

    /// <summary>Where the app runs.</summary>
    public IHostEnvironment Environment => _host.Inner.Environment;

    /// <summary>The app's logging.</summary>
    public ILoggingBuilder Logging => _host.Inner.Logging;

    /// <summary>The app's metrics.</summary>
    public IMetricsBuilder Metrics => _host.Inner.Metrics;

    /// <summary>The app's services.</summary>
    public IServiceCollection Services => _host.Inner.Services;

    /// <summary>Builds the host; once.</summary>
    /// <returns>The host.</returns>
    public IHost Build() => _host.Build();

    /// <summary>Uses another service container.</summary>
    /// <typeparam name="TContainerBuilder">The container's builder.</typeparam>
    /// <param name="factory">Makes the builder and the provider.</param>
    /// <param name="configure">Configures the builder.</param>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        _host.Inner.ConfigureContainer(factory, configure);

    /// <summary>Adds a step around every invocation, inside the steps added before it.</summary>
    /// <param name="middleware">Makes the step from the rest of the invocation.</param>
    /// <returns>The builder.</returns>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _host.Use(middleware);
        return this;
    }

    internal void UseAspNetCore() => _host.UseAspNetCore();
}
