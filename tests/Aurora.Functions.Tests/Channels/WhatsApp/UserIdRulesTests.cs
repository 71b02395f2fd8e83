using Aurora.Functions.Channels.WhatsApp;
using Xunit;

namespace Aurora.Functions.Tests.Channels.WhatsApp;

public sealed class UserIdRulesTests
{
    [Theory]
    [InlineData("5511988887777")]
    [InlineData("+5511988887777")]
    [InlineData("+55 (11) 98888-7777")]
    [InlineData(" 5511988887777 ")]
    [InlineData("5511988887777@s.whatsapp.net")]
    [InlineData("5511988887777:12@s.whatsapp.net")]
    [InlineData("5511988887777@c.us")]
    [InlineData("551188887777")]
    [InlineData("+551188887777")]
    [InlineData("551188887777@s.whatsapp.net")]
    public void Canonical_FormsOfOneMobileNumber_AreOne(string form) =>
        Assert.Equal("5511988887777", UserIdRules.Canonical(form));

    [Theory]
    [InlineData("551133334444")]
    [InlineData("551153334444")]
    [InlineData("550188887777")]
    [InlineData("14155550100")]
    [InlineData("351912345678")]
    [InlineData("558888887777123")]
    public void Canonical_NumberThatLacksNoNinthDigit_StaysAsItIs(string number) =>
        Assert.Equal(number, UserIdRules.Canonical(number));

    [Theory]
    [InlineData("BR.20000000000000000001")]
    [InlineData("BR.ENT.20000000000000000001")]
    [InlineData("123456789012345@lid")]
    [InlineData("120363000000000001@g.us")]
    [InlineData("ana@example.test")]
    [InlineData("")]
    [InlineData("+")]
    public void Canonical_OtherIds_StayAsTheyAre(string id) => Assert.Equal(id, UserIdRules.Canonical(id));

    [Fact]
    public void Canonical_OfACanonicalId_IsTheSame()
    {
        foreach (var form in new[] { "551188887777", "+55 11 8888-7777", "BR.2", "1@lid", "x@y" })
        {
            var once = UserIdRules.Canonical(form);

            Assert.Equal(once, UserIdRules.Canonical(once));
        }
    }
}
