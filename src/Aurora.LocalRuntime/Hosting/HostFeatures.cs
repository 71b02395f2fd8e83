namespace Aurora.LocalRuntime.Hosting;

/// <summary>What the app asked its builder for.</summary>
internal sealed record HostFeatures(bool HasAspNetCore);
