using Aurora.Functions.Outbox.Marking;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Marking;

public sealed class FailureTextTests
{
    [Fact]
    public void Of_Exception_NamesTypeAndMessage() =>
        Assert.Equal("System.InvalidOperationException: no", FailureText.Of(new InvalidOperationException("no")));

    [Theory]
    [InlineData("a\0b", "ab")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void Clean_TextNoColumnTakes_IsMadeFit(string text, string expected) => Assert.Equal(expected, FailureText.Clean(text));

    [Fact]
    public void Clean_LoneSurrogate_IsReplaced() => Assert.Equal("a\ufffdb", FailureText.Clean("a" + (char)0xD800 + "b"));

    [Fact]
    public void Clean_LongText_IsCutWithoutSplittingACharacter()
    {
        var text = new string('x', 1_999) + "😀";

        var clean = FailureText.Clean(text);

        Assert.Equal(1_999, clean.Length);
    }
}
