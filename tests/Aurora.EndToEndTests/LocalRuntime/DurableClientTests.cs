using Aurora.TestKit.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Internal;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Aurora.EndToEndTests.LocalRuntime;

public sealed class DurableClientTests
{
    [Fact]
    public async Task Services_OfTheWholeApp_HoldNoDurableClient()
    {
        await using var app = await AuroraTestHost.StartAsync(options => options.RunTimers = false);
        await using var scope = app.Services.CreateAsyncScope();

        Assert.Null(scope.ServiceProvider.GetService<DurableTaskClient>());
        Assert.Null(scope.ServiceProvider.GetService<IOrchestrationSubmitter>());
    }
}
