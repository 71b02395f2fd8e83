using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace Aurora.LocalRuntime.Hosting;

/// <summary>What stands behind the public builder: configuration, services and the invocation pipeline.</summary>
internal sealed class LocalHostBuilder(LocalHostSettings settings)
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    public HostApplicationBuilder Inner { get; } = new(settings.Arguments);

    public void Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) => _middleware.Add(middleware);

    public void UseAspNetCore()
    {
    }

    public IHost Build() => Inner.Build();
}
