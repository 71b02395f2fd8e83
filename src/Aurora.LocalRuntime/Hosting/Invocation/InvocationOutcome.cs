using Microsoft.Azure.Functions.Worker;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>What a function returned, where middleware can see and replace it.</summary>
internal sealed class InvocationOutcome
{
    public object? Value { get; set; }

    public static InvocationOutcome Of(FunctionContext context) =>
        context.Features.Get<InvocationOutcome>()
        ?? throw new InvalidOperationException("The invocation has no result: it does not come from this host.");

    internal sealed class AnyResult(InvocationOutcome outcome) : InvocationResult
    {
        public override object? Value
        {
            get => outcome.Value;
            set => outcome.Value = value;
        }
    }

    internal sealed class TypedResult<T>(InvocationOutcome outcome) : InvocationResult<T>
    {
        public override T? Value
        {
            get => (T?)outcome.Value;
            set => outcome.Value = value;
        }
    }
}
