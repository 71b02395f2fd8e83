using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api;

public sealed class ClientTypesTests
{
    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed, true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, true)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false)]
    [InlineData(OrchestrationRuntimeStatus.Pending, false)]
    public void Metadata_OfAStatus_TellsWhetherItIsOver(OrchestrationRuntimeStatus status, bool over)
    {
        Assert.Equal(over, new OrchestrationMetadata("n", "i") { RuntimeStatus = status }.IsCompleted);
    }

    [Fact]
    public void Metadata_WithoutConverter_CannotBeRead()
    {
        var instance = new OrchestrationMetadata("n", "i") { SerializedInput = "1" };

        var error = Assert.Throws<InvalidOperationException>(() => instance.ReadInputAs<int>());

        Assert.Contains("ReadInputAs", error.Message, StringComparison.Ordinal);
        Assert.Contains("Input: '1'", instance.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Converter_Default_KeepsFieldsAndNames()
    {
        var text = JsonDataConverter.Default.Serialize(("a", 1));

        Assert.Equal("""{"Item1":"a","Item2":1}""", text);
        Assert.Equal(("a", 1), JsonDataConverter.Default.Deserialize<(string, int)>(text));
        Assert.Null(JsonDataConverter.Default.Serialize(null));
        Assert.Null(JsonDataConverter.Default.Deserialize<string>(null));
    }

    [Fact]
    public void Options_ConverterSetToNothing_IsTheDefaultAgain()
    {
        var options = new DurableTaskClientOptions { DataConverter = new JsonDataConverter() };

        options.DataConverter = null!;

        Assert.Same(JsonDataConverter.Default, options.DataConverter);
        Assert.Equal(string.Empty, options.DefaultVersion);
    }

    [Fact]
    public async Task Pageable_ThreePages_AreReadToTheEnd()
    {
        var pages = Pageable.Create<int>((continuation, size, _) => Task.FromResult(continuation switch
        {
            null => new Page<int>([1, size ?? 0], "a"),
            "a" => new Page<int>([], "b"),
            _ => new Page<int>([3]),
        }));

        Assert.Equal([1, 0, 3], await pages.ToListAsync());
        Assert.Equal([2, 0, 1], await pages.AsPages(pageSizeHint: 7).Select(page => page.Values.Count).ToListAsync());
        Assert.Equal(1, await pages.AsPages("b").CountAsync());
    }

    [Fact]
    public void PurgeResult_NegativeCount_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => new PurgeResult(-1));
        Assert.Null(new PurgeResult(1).IsComplete);
    }
}
