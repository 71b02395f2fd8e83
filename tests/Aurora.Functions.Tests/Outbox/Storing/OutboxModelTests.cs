using Aurora.Functions.Outbox.Storing;
using Aurora.TestKit.Outbox;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Storing;

public sealed class OutboxModelTests
{
    [Fact]
    public void Script_AnyInterleaving_KeepsOrderAndLosesNothing() =>
        Prop.ForAll<int[]>(steps =>
        {
            var store = new InMemoryOutboxStore();
            var script = new OutboxScript(store, rows =>
            {
                store.Emit(rows);
                return Task.CompletedTask;
            });

            Assert.True(script.PlayAsync(steps).IsCompletedSuccessfully);
            Assert.Null(script.FindMistake());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));
}
