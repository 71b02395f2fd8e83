// Over 200 lines: one suite, so that every store runs all of it.
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Aurora.TestKit.Durable.Patterns;

/// <summary>What clients see of instances: one by one, in lists, in pages.</summary>
public abstract class QueryPatterns(StartPatternHost start) : PatternSuite(start)
{
    private const string Name = "Waiter";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetInstance_WithoutPayloads_TellsTheStatusOnly(bool failing)
    {
        await using var host = await StartAsync(Register);

        var id = await host.BeginAsync(Name, failing);
        var running = await host.Client.GetInstanceAsync(id, getInputsAndOutputs: false);
        await host.Client.RaiseEventAsync(id, "event");
        await host.EndOfAsync(id);
        var ended = await host.Client.GetInstanceAsync(id, getInputsAndOutputs: false);

        AssertBare(running, id, OrchestrationRuntimeStatus.Running);
        AssertBare(ended, id, failing ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task GetInstance_WithPayloads_ReadsThem()
    {
        await using var host = await StartAsync(Register);

        var id = await host.BeginAsync(Name, false);
        var running = await host.Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        await host.Client.RaiseEventAsync(id, "event");
        var ended = await host.EndOfAsync(id);

        Assert.Equal("waiting", running!.ReadCustomStatusAs<string>());
        Assert.False(running.ReadInputAs<bool>());
        Assert.Null(running.SerializedOutput);
        Assert.True(running.IsRunning);
        Assert.Equal("False -> output", ended.ReadOutputAs<string>());
        Assert.True(ended.IsCompleted);
        Assert.True(ended.LastUpdatedAt >= ended.CreatedAt, "it was updated after it was created");
    }

    [Fact]
    public async Task GetInstance_ReadingPayloadsNotFetched_Throws()
    {
        await using var host = await StartAsync(Register);

        var id = await host.BeginAsync(Name, false);
        var instance = await host.Client.GetInstanceAsync(id, getInputsAndOutputs: false);

        Assert.Throws<InvalidOperationException>(() => instance!.ReadInputAs<bool>());
        Assert.Throws<InvalidOperationException>(() => instance!.ReadOutputAs<string>());
        Assert.Throws<InvalidOperationException>(() => instance!.ReadCustomStatusAs<string>());
    }

    [Fact]
    public async Task GetInstance_UnknownId_IsNull()
    {
        await using var host = await StartAsync(Register);

        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task WaitForCompletion_GivenUp_Throws()
    {
        await using var host = await StartAsync(Register);
        var id = await host.BeginAsync(Name, false);
        using var givenUp = new CancellationTokenSource(Moment);

        var thrown = await Assert.ThrowsAsync<OperationCanceledException>(
            () => host.Client.WaitForInstanceCompletionAsync(id, givenUp.Token));
        Assert.Equal("The WaitForInstanceCompletionAsync operation was canceled.", thrown.Message);
        Assert.Equal(givenUp.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task Lists_ByIdPrefix_HoldTheMatchingInstancesOnly()
    {
        await using var host = await StartAsync(Register);
        var other = await host.BeginAsync(Name, false);
        await host.BeginAsync(Name, false, new StartOrchestrationOptions("list-1"));
        await host.BeginAsync(Name, false, new StartOrchestrationOptions("list-2"));
        var list = host.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "list-"));

        var running = await list.ToListAsync();
        foreach (var instance in running)
        {
            await host.Client.RaiseEventAsync(instance.InstanceId, "event");
            await host.EndOfAsync(instance.InstanceId);
        }

        var ended = await list.ToListAsync();

        Assert.Equal(["list-1", "list-2"], running.Select(instance => instance.InstanceId).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(running, instance => instance.InstanceId == other);
        Assert.All(running, instance => Assert.Equal(OrchestrationRuntimeStatus.Running, instance.RuntimeStatus));
        Assert.All(running, instance => Assert.Equal(Name, instance.Name));
        Assert.Equal(2, ended.Count);
        Assert.All(ended, instance => Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus));
    }

    [Fact]
    public async Task Lists_WithPayloads_BringThem()
    {
        await using var host = await StartAsync(Register);
        var id = await host.BeginAsync(Name, false, new StartOrchestrationOptions("payload-1"));
        await host.Client.RaiseEventAsync(id, "event");
        await host.EndOfAsync(id);

        var instance = Assert.Single(await host.Client.GetAllInstancesAsync(
            new OrchestrationQuery(InstanceIdPrefix: "payload-", FetchInputsAndOutputs: true)).ToListAsync());

        Assert.False(instance.ReadInputAs<bool>());
        Assert.Equal("False -> output", instance.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Lists_ByStatusAndTime_Narrow()
    {
        await using var host = await StartAsync(Register);
        var ended = await host.BeginAsync(Name, false, new StartOrchestrationOptions("narrow-ended"));
        await host.Client.RaiseEventAsync(ended, "event");
        var end = await host.EndOfAsync(ended);
        await host.BeginAsync(Name, false, new StartOrchestrationOptions("narrow-running"));

        Task<List<string>> IdsAsync(OrchestrationQuery query)
            => host.Client.GetAllInstancesAsync(query with { InstanceIdPrefix = "narrow-" })
                .Select(instance => instance.InstanceId).Order(StringComparer.Ordinal).ToListAsync().AsTask();

        Assert.Equal(["narrow-ended"], await IdsAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Completed])));
        Assert.Equal(["narrow-running"], await IdsAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(["narrow-ended", "narrow-running"], await IdsAsync(new OrchestrationQuery(CreatedFrom: end.CreatedAt)));
        Assert.Empty(await IdsAsync(new OrchestrationQuery(CreatedTo: end.CreatedAt.AddHours(-1))));
        Assert.Empty(await IdsAsync(new OrchestrationQuery(CreatedFrom: end.CreatedAt.AddHours(1))));
    }

    [Fact]
    public async Task Pages_OfAGivenSize_AreFullAndCanBeResumed()
    {
        await using var host = await StartAsync(Register);
        for (var i = 0; i < 21; i++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(Name, false, new StartOrchestrationOptions($"page-{i}"));
        }

        var list = host.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "page-"));
        var pages = await list.AsPages(pageSizeHint: 5).ToListAsync();
        var resumed = await list.AsPages(pages[1].ContinuationToken, pageSizeHint: 4).ToListAsync();
        var large = await list.AsPages(pageSizeHint: 10).FirstAsync();

        Assert.Equal([5, 5, 5, 5, 1], pages.Select(page => page.Values.Count));
        Assert.Equal([false, false, false, false, true], pages.Select(page => page.ContinuationToken is null));
        Assert.Equal(21, IdsOf(pages).Distinct().Count());
        Assert.Equal(3, resumed.Count);
        Assert.Equal(IdsOf(pages.Skip(2)), IdsOf(resumed));
        Assert.Equal(10, large.Values.Count);
        Assert.NotNull(large.ContinuationToken);
    }

    [Fact]
    public async Task Pages_OfTheQuerysSize_AreUsedWithoutAHint()
    {
        await using var host = await StartAsync(Register);
        for (var i = 0; i < 5; i++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(Name, false, new StartOrchestrationOptions($"size-{i}"));
        }

        var pages = await host.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "size-", PageSize: 2))
            .AsPages().ToListAsync();

        Assert.Equal([2, 2, 1], pages.Select(page => page.Values.Count));
    }

    private static void Register(DurableTaskRegistry tasks)
        => tasks.AddOrchestratorFunc<bool, string>(Name, async (context, failing) =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<string>("event");
            return failing ? throw new PatternException("as asked") : $"{failing} -> output";
        });

    private static IEnumerable<string> IdsOf(IEnumerable<Page<OrchestrationMetadata>> pages)
        => pages.SelectMany(page => page.Values).Select(instance => instance.InstanceId);

    private static void AssertBare(OrchestrationMetadata? instance, string id, OrchestrationRuntimeStatus status)
    {
        Assert.NotNull(instance);
        Assert.Equal(Name, instance.Name);
        Assert.Equal(id, instance.InstanceId);
        Assert.Equal(status, instance.RuntimeStatus);
        Assert.Null(instance.SerializedInput);
        Assert.Null(instance.SerializedOutput);
        Assert.Null(instance.SerializedCustomStatus);
        Assert.Null(instance.FailureDetails);
    }
}
