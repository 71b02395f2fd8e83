using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace Aurora.Functions;

internal static partial class AuroraApp
{
    static partial void AddAzure(FunctionsApplicationBuilder builder) => builder.UseMiddleware<HostMetrics>();
}
