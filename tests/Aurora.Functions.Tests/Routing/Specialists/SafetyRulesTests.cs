using Aurora.Functions.Routing.Specialists;
using Xunit;

namespace Aurora.Functions.Tests.Routing.Specialists;

public sealed class SafetyRulesTests
{
    [Theory]
    [InlineData("quero CANCELAR", true)]
    [InlineData("Cancelaram tudo", true)]
    [InlineData("não cancelar", true)]
    [InlineData("reclamarei", true)]
    [InlineData("PROCON-SP", true)]
    [InlineData("proconsul", true)]
    [InlineData("cancelar, reclamar e procon", true)]
    [InlineData("cancelamento", false)]
    [InlineData("cancelár", false)]
    [InlineData("can celar", false)]
    [InlineData("reclamação", false)]
    [InlineData("cance\u200Blar", false)]
    [InlineData("", false)]
    public void AC7_5_Check_EdgeTable_BlocksLiterally(string text, bool blocks)
    {
        var result = SafetyRules.Check(text);

        Assert.Equal("safety", result.ProcessorName);
        Assert.Equal(blocks ? SpecialistStatus.Block : SpecialistStatus.Success, result.Status);
        Assert.Equal(blocks ? -50 : 0, result.ScoreImpact);
        Assert.Equal(
            blocks
                ? """{"flag":"high_churn_risk","reason":"negative_sentiment_detected","triggers":["cancelar/reclamar/procon"]}"""
                : """{"flag":"clean"}""",
            result.Data.GetRawText());
    }
}
