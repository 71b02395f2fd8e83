using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.LocalRuntime.Http;

/// <summary>Decides whether a request may call a function, by the key it carries.</summary>
internal sealed class FunctionKeys(string masterKey, IReadOnlyCollection<string> functionKeys)
{
    private const string Header = "x-functions-key";
    private const string Query = "code";
    private readonly string[] _functionKeys = [.. functionKeys];

    /// <summary>The key to show to whoever starts the app.</summary>
    public string FunctionKey => _functionKeys[0];

    public string MasterKey => masterKey;

    public bool Open(AuthorizationLevel level, HttpRequest request) => level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.Function => IsFunctionKey(Presented(request)),
        AuthorizationLevel.User or AuthorizationLevel.System or AuthorizationLevel.Admin => Same(masterKey, Presented(request)),
    };

    private static string Presented(HttpRequest request)
    {
        var header = request.Headers[Header];
        return header.Count > 0 ? header[0] ?? string.Empty
            : request.QueryString.HasValue ? request.Query[Query].ToString()
            : string.Empty;
    }

    /// <summary>Compares with every key, whichever fits: how long it takes says nothing about the keys.</summary>
    private bool IsFunctionKey(string presented)
    {
        var open = Same(masterKey, presented);
        foreach (var key in _functionKeys)
        {
            open |= Same(key, presented);
        }

        return open;
    }

    private static bool Same(string key, string presented) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(key.AsSpan()), MemoryMarshal.AsBytes(presented.AsSpan()));
}
