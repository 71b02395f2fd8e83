using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>What starts an activity function.</summary>
internal sealed class ActivityCall(TaskActivityContext context, string? serializedInput, DataConverter converter)
{
    public TaskActivityContext Context => context;

    public object? ReadInput(Type type) => TaskInput.OfActivity(converter, serializedInput, type);
}
