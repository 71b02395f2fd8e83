
using Aurora.LocalRuntime.Hosting.Invocation;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What middleware may ask about values of an invocation.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>What the function returned, for a middleware after the function ran.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The result; it can be replaced.</returns>
    public static InvocationResult GetInvocationResult(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new InvocationOutcome.AnyResult(InvocationOutcome.Of(context));
    }

    /// <summary>What the function returned, when it is of the given type.</summary>
    /// <typeparam name="T">The expected type.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <returns>The result; it can be replaced.</returns>
    /// <exception cref="InvalidOperationException">The result is of another type.</exception>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var outcome = InvocationOutcome.Of(context);
        return outcome.Value is T
            ? new InvocationOutcome.TypedResult<T>(outcome)
            : throw new InvalidOperationException(
                $"The invocation's result is {outcome.Value?.GetType().ToString() ?? "null"}, not {typeof(T)}.");
    }
}
