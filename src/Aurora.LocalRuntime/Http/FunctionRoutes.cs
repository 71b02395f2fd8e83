using Aurora.LocalRuntime.Hosting.Discovery;
using Aurora.LocalRuntime.Hosting.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.LocalRuntime.Http;

/// <summary>The routes of the HTTP functions.</summary>
internal static class FunctionRoutes
{
    public static RequestDelegate Build(
        IServiceProvider services, IReadOnlyList<Function> functions, string prefix, Func<Function, FunctionEndpoint> endpointOf)
    {
        var endpoints = functions.Select(function => Endpoint(function, prefix, endpointOf(function))).ToList();
        RefuseTwins(endpoints);
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseEndpoints(routes => routes.DataSources.Add(new DefaultEndpointDataSource(endpoints)));
        app.Run(static http =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return app.Build();
    }

    /// <summary>A function's path as callers write it.</summary>
    public static string PathOf(Function function, string prefix) =>
        prefix.Length == 0 ? $"/{function.Route}" : $"/{prefix}/{function.Route}";

    public static FunctionMethodPolicy.Methods MethodsOf(Function function) => new(((HttpTriggerAttribute)function.Trigger).Methods);

    private static RouteEndpoint Endpoint(Function function, string prefix, FunctionEndpoint endpoint)
    {
        try
        {
            return new RouteEndpoint(
                endpoint.HandleAsync,
                RoutePatternFactory.Parse(PathOf(function, prefix)),
                order: 0,
                new EndpointMetadataCollection(MethodsOf(function)),
                function.Name);
        }
        catch (RoutePatternException e)
        {
            throw new HostStartupException($"function '{function.Name}': the route '{function.Route}' is wrong: {e.Message}", e);
        }
    }

    private static void RefuseTwins(List<RouteEndpoint> endpoints)
    {
        foreach (var group in endpoints.GroupBy(e => e.RoutePattern.RawText, StringComparer.OrdinalIgnoreCase))
        {
            var twins = group.ToList();
            for (var i = 1; i < twins.Count; i++)
            {
                var methods = twins[i].Metadata.GetRequiredMetadata<FunctionMethodPolicy.Methods>();
                if (twins.Take(i).FirstOrDefault(e =>
                    e.Metadata.GetRequiredMetadata<FunctionMethodPolicy.Methods>().Overlap(methods)) is { } other)
                {
                    throw new HostStartupException(
                        $"functions '{other.DisplayName}' and '{twins[i].DisplayName}' answer the same route {group.Key}.");
                }
            }
        }
    }
}
