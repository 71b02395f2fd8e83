using Microsoft.DurableTask;

namespace Aurora.LocalRuntime.Durable.Orchestrations;

/// <summary>Hands stored payloads to those who wait for them.</summary>
internal static class Payloads
{
    /// <summary>Answers with what the payload holds, or fails the wait when it cannot be read as that type.</summary>
    public static void SetPayload<T>(this TaskCompletionSource<T> waiting, string? payload, DataConverter converter)
    {
        T? value;
        try
        {
            value = payload is null ? default : converter.Deserialize<T>(payload);
        }
        catch (Exception unreadable)
        {
            waiting.TrySetException(unreadable);
            return;
        }

        waiting.TrySetResult(value!);
    }
}
