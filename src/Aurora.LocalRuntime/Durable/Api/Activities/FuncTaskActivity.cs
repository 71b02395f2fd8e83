namespace Microsoft.DurableTask;

/// <summary>Makes activities from delegates.</summary>
public static class FuncTaskActivity
{
    /// <summary>Wraps a delegate as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="implementation">The code to run.</param>
    /// <returns>An activity that calls the delegate.</returns>
    public static TaskActivity<TInput, TOutput> Create<TInput, TOutput>(
        Func<TaskActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return new Wrapper<TInput, TOutput>(implementation);
    }

    private sealed class Wrapper<TInput, TOutput>(
        Func<TaskActivityContext, TInput, Task<TOutput>> implementation) : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input)
            => implementation(context, input);
    }
}
