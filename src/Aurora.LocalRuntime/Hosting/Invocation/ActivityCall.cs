using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>What starts an activity function.</summary>
internal sealed class ActivityCall(TaskActivityContext context, string? serializedInput, DataConverter converter)
{
    public TaskActivityContext Context => context;

    public object? ReadInput(Type type)
    {
        var value = serializedInput is null ? null : converter.Deserialize(serializedInput, type);
        return value ?? (type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null);
    }
}
