using System.Text;
using Aurora.Functions.Platform.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Json;

public sealed class JsonTextRulesTests
{
    [Theory]
    [InlineData("plain", nameof(JsonTextFault.None))]
    [InlineData("\\n\\\\u0000", nameof(JsonTextFault.None))]
    [InlineData("\\ud83d\\ude00", nameof(JsonTextFault.None))]
    [InlineData("\\uD83D\\uDE00\\u0041", nameof(JsonTextFault.None))]
    [InlineData("\\u0000", nameof(JsonTextFault.NullCharacter))]
    [InlineData("a\\\\\\u0000", nameof(JsonTextFault.NullCharacter))]
    [InlineData("\\ud83d", nameof(JsonTextFault.LoneSurrogate))]
    [InlineData("\\ud83dx\\ude00", nameof(JsonTextFault.LoneSurrogate))]
    [InlineData("\\ud83d\\n", nameof(JsonTextFault.LoneSurrogate))]
    [InlineData("\\ude00", nameof(JsonTextFault.LoneSurrogate))]
    public void CheckEscapes_FindsWhatCannotBeStored(string raw, string expected) =>
        Assert.Equal(expected, JsonTextRules.CheckEscapes(Encoding.UTF8.GetBytes(raw)).ToString());

    [Theory]
    [InlineData("0", true, 1)]
    [InlineData("1e131071", true, 131_072)]
    [InlineData("1e131072", false, 131_073)]
    [InlineData("0.1e131072", true, 131_072)]
    [InlineData("1e-16383", true, 16_384)]
    [InlineData("1e-16384", false, 16_385)]
    [InlineData("0e200000", true, 1)]
    [InlineData("0e-20000", false, 20_001)]
    [InlineData("-1.5E+3", true, 4)]
    [InlineData("1e2147483648", false, 0)]
    public void FitsNumeric_FollowsPostgres(string number, bool fits, long digits)
    {
        Assert.Equal(fits, JsonTextRules.FitsNumeric(Encoding.UTF8.GetBytes(number), out var written));
        if (fits)
        {
            Assert.InRange(written, digits, digits + 3);
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("a😀é", 3)]
    [InlineData("😀😀", 2)]
    public void CodePoints_CountsPairsOnce(string text, int expected) => Assert.Equal(expected, JsonTextRules.CodePoints(text));

    [Fact]
    public void CodePoints_OfAnyText_AreItsRunes() => Prop.ForAll<NonNull<string>>(text =>
        JsonTextRules.CodePoints(text.Get) == text.Get.EnumerateRunes().Count()).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadReplacing_OfStorableText_IsItsText() => Prop.ForAll<NonNull<string>>(text =>
    {
        var storable = JsonTextRules.Storable(text.Get);
        var raw = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(storable);
        return JsonTextRules.ReadReplacing(raw.AsSpan()[1..^1]) == storable;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ReadReplacing_EveryEscape_IsRead() => Assert.Equal(
        "\"\\/\b\f\n\r\tç\ufffd",
        JsonTextRules.ReadReplacing("\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e7\\u0000"u8));
}
