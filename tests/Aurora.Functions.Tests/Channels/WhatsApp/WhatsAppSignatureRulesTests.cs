using System.Text;
using Aurora.Functions.Channels.WhatsApp;
using Xunit;

namespace Aurora.Functions.Tests.Channels.WhatsApp;

public sealed class WhatsAppSignatureRulesTests
{
    private const string Secret = "fake-app-secret-0001";
    private const string Vector = "{\"object\":\"whatsapp_business_account\",\"entry\":[]}";
    private const string VectorDigest = "4f611176b270cef863b9769d7842c568137415861bb5c6243dbf51f0f794370a";
    private const string Escapes = "{\"text\":\"pre\\u00e7o \\/ 1\"}";

    [Theory]
    [InlineData(Vector, "sha256=" + VectorDigest)]
    [InlineData(Escapes, "sha256=46705d10a8d8a32ef48dab70b5ea09c245f178a3d0d79d6fe90fb4db401f96b8")]
    public void IsSigned_KnownVectors_AreTrue(string body, string header) =>
        Assert.True(WhatsAppSignatureRules.IsSigned(header, Encoding.UTF8.GetBytes(body), Secret));

    [Fact]
    public void IsSigned_HexInUpperCase_IsTrue() => Assert.True(
        WhatsAppSignatureRules.IsSigned("sha256=" + VectorDigest.ToUpperInvariant(), Encoding.UTF8.GetBytes(Vector), Secret));

    [Fact]
    public void IsSigned_DigestOfTheDecodedText_IsFalse() => Assert.False(WhatsAppSignatureRules.IsSigned(
        "sha256=5407ce4508e858be04a562c131718aa65f4ca1c69cd238007eae7a45d4cef002", Encoding.UTF8.GetBytes(Escapes), Secret));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256=")]
    [InlineData("sha1=" + VectorDigest)]
    [InlineData(VectorDigest)]
    [InlineData("sha256=4f611176b270cef863b9769d7842c568137415861bb5c6243dbf51f0f79437")]
    [InlineData("sha256=" + VectorDigest + "00")]
    [InlineData("sha256=zz611176b270cef863b9769d7842c568137415861bb5c6243dbf51f0f794370a")]
    [InlineData("sha256=5f611176b270cef863b9769d7842c568137415861bb5c6243dbf51f0f794370a")]
    [InlineData("sha256=" + VectorDigest + "," + "sha256=" + VectorDigest)]
    public void IsSigned_AnythingElse_IsFalse(string? header) =>
        Assert.False(WhatsAppSignatureRules.IsSigned(header, Encoding.UTF8.GetBytes(Vector), Secret));

    [Fact]
    public void IsSigned_AnotherSecret_IsFalse() =>
        Assert.False(WhatsAppSignatureRules.IsSigned("sha256=" + VectorDigest, Encoding.UTF8.GetBytes(Vector), "other"));

    [Theory]
    [InlineData("fake-verify-token", "fake-verify-token", true)]
    [InlineData("fake-verify-toke", "fake-verify-token", false)]
    [InlineData("", "fake-verify-token", false)]
    public void IsSameToken_ComparesAllOfIt(string given, string expected, bool isSame) =>
        Assert.Equal(isSame, WhatsAppSignatureRules.IsSameToken(given, expected));
}
