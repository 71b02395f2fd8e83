using Microsoft.DurableTask;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api.Registration;

public sealed class DurableTaskRegistryTests
{
    [Fact]
    public void Add_TakenName_ThrowsWhateverItsCase()
    {
        var registry = new DurableTaskRegistry()
            .AddOrchestratorFunc("Route", _ => "done")
            .AddActivityFunc("Route", _ => "the same name for another kind");

        Assert.Throws<ArgumentException>(() => registry.AddOrchestratorFunc("ROUTE", _ => "again"));
        Assert.Throws<ArgumentException>(() => registry.AddActivityFunc("route", _ => "again"));
    }

    [Fact]
    public void Add_ClassThatDoesNotFit_Throws()
    {
        var registry = new DurableTaskRegistry();
        var (noTask, notConcrete) = (typeof(string), typeof(TaskActivity<int, int>));

        Assert.Throws<ArgumentException>(() => registry.AddActivity(noTask));
        Assert.Throws<ArgumentException>(() => registry.AddActivity(notConcrete));
        Assert.Throws<ArgumentException>(() => registry.AddOrchestrator("name", noTask));
        Assert.Throws<ArgumentException>(() => registry.AddOrchestratorFunc(default, _ => "nameless"));
    }

    [Fact]
    public async Task Func_InputOfAnotherType_Throws()
    {
        var registry = new DurableTaskRegistry().AddActivityFunc<int, int>("Double", (_, input) => 2 * input);
        var activity = registry.Activities["double"](null!);

        Assert.Equal(typeof(int), activity.InputType);
        Assert.Equal(8, await activity.RunAsync(new Call(), 4));
        Assert.Equal(0, await activity.RunAsync(new Call(), null));
        await Assert.ThrowsAsync<ArgumentException>(() => activity.RunAsync(new Call(), "four"));
    }

    private sealed class Call : TaskActivityContext
    {
        public override TaskName Name => "Double";

        public override string InstanceId => "instance";
    }
}
