using Aurora.Functions.Channels;
using Aurora.Functions.Ingest;
using Aurora.Functions.Operations;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform;
using Aurora.Functions.Routing;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Aurora.Functions;

/// <summary>The composition of the app: what <see cref="Program"/> runs and what tests host in their own process.</summary>
internal static partial class AuroraApp
{
    public static void Configure(FunctionsApplicationBuilder builder)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.Services
            .AddPlatform(builder.Configuration)
            .AddChannels(builder.Configuration)
            .AddOutbox(builder.Configuration)
            .AddIngest(builder.Configuration)
            .AddRouting(builder.Configuration)
            .AddOperations(builder.Configuration);
        AddAzure(builder);
    }

    /// <summary>What only the Azure host needs (folder <c>Azure/</c>); on the local host there is nothing behind it.</summary>
    static partial void AddAzure(FunctionsApplicationBuilder builder);
}
