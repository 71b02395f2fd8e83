namespace Aurora.LocalRuntime.Http;

/// <summary>The key of the request in an invocation's items.</summary>
internal static class HttpContextItem
{
    public const string Key = "HttpRequestContext";
}
