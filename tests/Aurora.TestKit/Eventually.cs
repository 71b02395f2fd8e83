using System.Diagnostics;
using Xunit.Sdk;

namespace Aurora.TestKit;

/// <summary>Waits for something that becomes true by itself; fails with what was expected and what was seen last.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string expectation, TimeSpan? deadline = null) =>
        await BecomesAsync(condition, static holds => holds, expectation, deadline);

    public static Task BecomesTrueAsync(Func<bool> condition, string expectation, TimeSpan? deadline = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), expectation, deadline);

    /// <summary>Observes until the observation is as wanted, and answers it.</summary>
    public static async Task<T> BecomesAsync<T>(
        Func<Task<T>> observe, Func<T, bool> isAsWanted, string expectation, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await observe();
            if (isAsWanted(seen))
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new XunitException($"Expected within {limit.TotalSeconds:0.#} s: {expectation}. Last seen: {seen}.");
            }

            await Task.Delay(Pause);
        }
    }
}
