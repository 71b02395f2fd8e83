using System.Linq.Expressions;
using System.Reflection;
using Aurora.LocalRuntime.Hosting.Invocation;
using Microsoft.Extensions.DependencyInjection;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>Runs a function's method: binds its parameters, makes the object it lives on and calls compiled code.</summary>
internal sealed class FunctionBody
{
    private readonly MethodInfo _method;
    private readonly Func<LocalFunctionContext, object?>[] _binders;
    private readonly Lazy<Func<object?, object?[], ValueTask<object?>>> _call;
    private readonly Lazy<ObjectFactory>? _create;

    public FunctionBody(MethodInfo method, IReadOnlyList<Func<LocalFunctionContext, object?>> binders)
    {
        _method = method;
        _binders = [.. binders];
        _call = new(Compile);
        _create = method.IsStatic ? null : new(() => ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes));
    }

    public ValueTask<object?> RunAsync(LocalFunctionContext context)
    {
        var arguments = _binders.Length == 0 ? [] : new object?[_binders.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _binders[i](context);
        }

        if (_create is null)
        {
            return _call.Value(null, arguments);
        }

        var instance = _create.Value(context.InstanceServices, null);
        return instance is IAsyncDisposable or IDisposable
            ? RunAndDisposeAsync(instance, arguments)
            : _call.Value(instance, arguments);
    }

    private async ValueTask<object?> RunAndDisposeAsync(object instance, object?[] arguments)
    {
        try
        {
            return await _call.Value(instance, arguments);
        }
        finally
        {
            if (instance is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                ((IDisposable)instance).Dispose();
            }
        }
    }

    private Func<object?, object?[], ValueTask<object?>> Compile()
    {
        var instance = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var parameters = _method.GetParameters().Select((parameter, index) => (Expression)Expression.Convert(
            Expression.ArrayIndex(arguments, Expression.Constant(index)), parameter.ParameterType));
        Expression call = Expression.Call(
            _method.IsStatic ? null : Expression.Convert(instance, _method.DeclaringType!), _method, parameters);
        return Expression.Lambda<Func<object?, object?[], ValueTask<object?>>>(ToValueTask(call), instance, arguments).Compile();
    }

    private static Expression ToValueTask(Expression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (type == typeof(Task))
        {
            return Expression.Call(typeof(FunctionBody), nameof(FromTaskAsync), null, call);
        }

        if (type == typeof(ValueTask))
        {
            return Expression.Call(typeof(FunctionBody), nameof(FromValueTaskAsync), null, call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Expression.Call(typeof(FunctionBody), nameof(FromTaskOfAsync), type.GetGenericArguments(), call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return Expression.Call(typeof(FunctionBody), nameof(FromValueTaskOfAsync), type.GetGenericArguments(), call);
        }

        return Expression.Call(typeof(FunctionBody), nameof(FromResult), null, Expression.Convert(call, typeof(object)));
    }

    private static ValueTask<object?> FromResult(object? result) => new(result);

    private static async ValueTask<object?> FromTaskAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromValueTaskAsync(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromTaskOfAsync<T>(Task<T> task) => await task;

    private static async ValueTask<object?> FromValueTaskOfAsync<T>(ValueTask<T> task) => await task;
}
