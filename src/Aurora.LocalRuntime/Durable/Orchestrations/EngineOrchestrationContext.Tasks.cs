using System.Runtime.ExceptionServices;
using Aurora.LocalRuntime.Durable.History;
using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>Activities and sub-orchestrations, plain, by retry policy and by retry handler.</summary>
internal sealed partial class EngineOrchestrationContext
{
    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        execution.EnsureOrchestratorThread();
        if (input is TaskOptions && options is null)
        {
            return Task.FromException<TResult>(new ArgumentException(
                $"The activity's input is a {nameof(TaskOptions)} and no options were given; pass it as the {nameof(options)} argument instead.", nameof(input)));
        }

        return Call(() => AskForActivity<TResult>(name.Name, input), options?.Retry);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        execution.EnsureOrchestratorThread();
        var child = options as SubOrchestrationOptions;
        var instanceId = child?.InstanceId ?? NewGuid().ToString("N");
        var version = child?.Version?.Version ?? "";
        var tags = options?.Tags is { Count: > 0 } given ? new Dictionary<string, string>(given, StringComparer.Ordinal) : null;
        return Call(() => AskForSubOrchestration<TResult>(orchestratorName.Name, instanceId, input, version, tags), options?.Retry);
    }

    private Task<T> Call<T>(Func<Task<T>> attempt, TaskRetryOptions? retry)
    {
        if (retry?.Policy is { } policy)
        {
            return CallWithPolicyAsync(attempt, policy);
        }

        if (retry?.Handler is { } handler)
        {
            return CallWithHandlerAsync(attempt, handler);
        }

        try
        {
            return attempt();
        }
        catch (Exception thrown)
        {
            return Task.FromException<T>(thrown);
        }
    }

    private Task<T> AskForActivity<T>(string name, object? input)
    {
        var serialized = execution.Converter.Serialize(input);
        var taskId = execution.NextTaskId();
        var task = new OpenTask<T>(OpenTaskKind.Activity, name, taskId, execution.Converter, null);
        execution.Ask(new OrchestrationAction
        {
            Kind = OrchestrationActionKind.CallActivity,
            TaskId = taskId,
            Name = name,
            Input = serialized,
        });
        execution.Open(taskId, task);
        return task.Task;
    }

    private Task<T> AskForSubOrchestration<T>(string name, string instanceId, object? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        var serialized = execution.Converter.Serialize(input);
        var taskId = execution.NextTaskId();
        var task = new OpenTask<T>(OpenTaskKind.SubOrchestration, name, taskId, execution.Converter, instanceId);
        execution.Ask(new OrchestrationAction
        {
            Kind = OrchestrationActionKind.CallSubOrchestration,
            TaskId = taskId,
            Name = name,
            InstanceId = instanceId,
            Input = serialized,
            Version = version,
            Tags = tags,
        });
        execution.Open(taskId, task);
        return task.Task;
    }

    private async Task<T> CallWithPolicyAsync<T>(Func<Task<T>> attempt, RetryPolicy policy)
    {
        var firstAttempt = CurrentUtcDateTime;
        for (var failures = 1; ; failures++)
        {
            Exception failure;
            try
            {
                return await attempt();
            }
            catch (Exception thrown)
            {
                if (execution.IsFinalFailure(thrown))
                {
                    throw;
                }

                failure = thrown;
            }

            if (failures >= policy.MaxNumberOfAttempts)
            {
                // Durable Task takes a timer after the last attempt too; task ids stay the same as there.
                await CreateTimer(CurrentUtcDateTime, CancellationToken.None);
                ExceptionDispatchInfo.Throw(failure);
            }

            var delay = NextDelay(policy, failures - 1, firstAttempt, failure);
            if (delay <= TimeSpan.Zero)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            await CreateTimer(CurrentUtcDateTime + delay, CancellationToken.None);
        }
    }

    private TimeSpan NextDelay(RetryPolicy policy, int retry, DateTime firstAttempt, Exception failure)
    {
        try
        {
            if (!policy.Handle(failure))
            {
                return TimeSpan.Zero;
            }
        }
        catch (Exception)
        {
            // A predicate that throws must not hide the failure it was asked about: it counts as "no".
            return TimeSpan.Zero;
        }

        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan
            && policy.RetryTimeout != TimeSpan.MaxValue
            && CurrentUtcDateTime >= firstAttempt + policy.RetryTimeout)
        {
            return TimeSpan.Zero;
        }

        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, retry);
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    private async Task<T> CallWithHandlerAsync<T>(Func<Task<T>> attempt, AsyncRetryHandler handler)
    {
        var firstAttempt = CurrentUtcDateTime;
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failure)
            {
                if (execution.IsFinalFailure(failure))
                {
                    throw;
                }

                var question = new RetryContext(this, failures, failure.FailureDetails, CurrentUtcDateTime - firstAttempt, CancellationToken.None);
                if (!await handler(question))
                {
                    throw;
                }
            }
        }
    }
}
