using System.Reflection;
using System.Runtime.ExceptionServices;
using Aurora.Functions.Outbox;
using Npgsql;

namespace Aurora.TestKit.Outbox;

/// <summary>An outbox store whose connection breaks once, before a call reached the server or after it was committed.</summary>
#pragma warning disable CA1852 // The proxy is a subtype made at run time.
internal class UnansweredStore : DispatchProxy
#pragma warning restore CA1852
{
    private IOutboxStore _inner = null!;
    private string _method = "";
    private bool _isCommitted;
    private int _left;

    /// <summary>Breaks at the next call of a method.</summary>
    public static IOutboxStore Around(IOutboxStore inner, string method, bool isCommitted)
    {
        var store = Create<IOutboxStore, UnansweredStore>();
        var unanswered = (UnansweredStore)(object)store;
        unanswered._inner = inner;
        unanswered._method = method;
        unanswered._isCommitted = isCommitted;
        unanswered._left = 1;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        try
        {
            var breaks = targetMethod!.Name == _method && Interlocked.Decrement(ref _left) == 0;
            if (breaks && !_isCommitted)
            {
                throw Broken();
            }

            var call = targetMethod.Invoke(_inner, args);
            return breaks ? LoseAsync((dynamic)call!) : call;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    private static async Task<T> LoseAsync<T>(Task<T> call)
    {
        await call;
        throw Broken();
    }

    private static NpgsqlException Broken() => new("The connection broke.", new IOException());
}
