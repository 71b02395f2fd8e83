using System.Text.Json;
using System.Text.Json.Nodes;
using Aurora.Functions.Routing.Deciding;
using Aurora.Functions.Routing.Specialists;
using Xunit;

namespace Aurora.Functions.Tests.Routing.Deciding;

public sealed class MhcAggregationRulesTests
{
    [Fact]
    public void Aggregate_NothingFound_Proceeds()
    {
        var all = MhcAggregationRules.Aggregate([Of(SafetyRules.Check("Olá")), Answer("srv_extractor", SpecialistStatus.Success)]);

        Assert.Equal("PROCEED", all.Decision);
        Assert.Equal(0, all.ScoreDelta);
        Assert.Equal(["safety", "srv_extractor"], all.EnrichedContext.Keys);
        Assert.Empty(all.Errors);
    }

    [Fact]
    public void Aggregate_SafetyBlocks_BlocksWithTheSameKeys()
    {
        var all = MhcAggregationRules.Aggregate([Of(SafetyRules.Check("procon")), Answer("srv_extractor", SpecialistStatus.Success)]);

        Assert.Equal("BLOCK", all.Decision);
        Assert.Equal(-50, all.ScoreDelta);
        Assert.Equal(["safety", "srv_extractor"], all.EnrichedContext.Keys);
    }

    [Fact]
    public void Aggregate_AnotherSpecialistBlocks_AddsItsDataAndImpactOnly()
    {
        var all = MhcAggregationRules.Aggregate([Of(SafetyRules.Check("Olá")), Answer("other", SpecialistStatus.Block, -7)]);

        Assert.Equal("PROCEED", all.Decision);
        Assert.Equal(-7, all.ScoreDelta);
    }

    [Theory]
    [InlineData("Skip")]
    [InlineData("Error")]
    [InlineData("Success")]
    public void Aggregate_OtherSpecialistsOfAnyStatus_AreEnriched(string status)
    {
        var all = MhcAggregationRules.Aggregate([Of(SafetyRules.Check("Olá")), Answer("other", Enum.Parse<SpecialistStatus>(status), 3)]);

        Assert.Equal(("PROCEED", 3), (all.Decision, all.ScoreDelta));
        Assert.Contains("other", all.EnrichedContext.Keys);
    }

    [Fact]
    public void Aggregate_OtherSpecialistFails_IsAnErrorWithoutForeignWords()
    {
        var all = MhcAggregationRules.Aggregate(
        [
            Of(SafetyRules.Check("Olá")),
            new SpecialistOutcome("srv_extractor", null, "System.InvalidOperationException", "5511999999999 said so"),
        ]);

        Assert.Equal("PROCEED", all.Decision);
        Assert.Equal(["srv_extractor: System.InvalidOperationException (specialist_failed)"], all.Errors);
        Assert.Equal(JsonValueKind.Array, all.EnrichedContext["errors"].ValueKind);
        Assert.DoesNotContain("srv_extractor", all.EnrichedContext.Keys);
    }

    [Theory]
    [InlineData("System.TimeoutException", "x", "n: System.TimeoutException (specialist_timeout)")]
    [InlineData("Aurora.Functions.Routing.Specialists.MalformedPayloadException", "no object", "n: Aurora.Functions.Routing.Specialists.MalformedPayloadException (payload_malformed): no object")]
    [InlineData("Aurora.Functions.Routing.Specialists.SpecialistContractException", "a\0b", "n: Aurora.Functions.Routing.Specialists.SpecialistContractException (specialist_contract): ab")]
    public void Describe_Failures_HaveStableCodes(string type, string message, string expected) =>
        Assert.Equal(expected, MhcAggregationRules.Describe(new SpecialistOutcome("n", null, type, message)));

    [Fact]
    public void Describe_LongWords_AreCut() =>
        Assert.Equal(500, MhcAggregationRules.Describe(new SpecialistOutcome("n", null, "Aurora.X", new string('x', 900))).Length);

    [Theory]
    [InlineData("Skip")]
    [InlineData("Error")]
    public void Aggregate_SafetyDidNotCheck_DecidesNothing(string status)
    {
        var all = MhcAggregationRules.Aggregate([Answer("safety", Enum.Parse<SpecialistStatus>(status))]);

        Assert.Null(all.Decision);
        Assert.NotNull(all.UncheckedBecause);
    }

    [Fact]
    public void Aggregate_SafetyMissingMisnamedOrFailed_DecidesNothing()
    {
        var missing = MhcAggregationRules.Aggregate([Answer("srv_extractor", SpecialistStatus.Success)]);
        var misnamed = MhcAggregationRules.Aggregate(
            [new SpecialistOutcome("safety", Answer("savety", SpecialistStatus.Success).Result)]);
        var failed = MhcAggregationRules.Aggregate([new SpecialistOutcome("safety", null, "System.TimeoutException", "slow")]);

        Assert.All([missing, misnamed, failed], a => Assert.Null(a.Decision));
        Assert.Equal("no safety specialist is registered", missing.UncheckedBecause);
        Assert.Contains("specialist_contract", misnamed.UncheckedBecause, StringComparison.Ordinal);
        Assert.Contains("specialist_timeout", failed.UncheckedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalogue_BadNames_AreRefused()
    {
        Assert.Throws<InvalidOperationException>(() => new SpecialistCatalogue([new("errors", "A")]));
        Assert.Throws<InvalidOperationException>(() => new SpecialistCatalogue([new("a", "A"), new("a", "B")]));
        Assert.Equal(["b", "a"], new SpecialistCatalogue([new("b", "B"), new("a", "A")]).All.Select(s => s.Name));
    }

    private static SpecialistOutcome Of(SpecialistResult result) => new(result.ProcessorName, result);

    private static SpecialistOutcome Answer(string name, SpecialistStatus status, int impact = 0) =>
        Of(SpecialistResult.Of(name, status, new JsonObject { ["k"] = 1 }, impact));
}
