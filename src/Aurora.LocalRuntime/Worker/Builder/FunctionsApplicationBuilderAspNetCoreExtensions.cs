namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>ASP.NET Core for function apps.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Lets HTTP functions use the types of ASP.NET Core.</summary>
    /// <param name="builder">The app's builder.</param>
    /// <returns>The builder.</returns>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseAspNetCore();
        return builder;
    }
}
