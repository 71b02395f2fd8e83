using Aurora.Functions.Routing.Specialists;
using Xunit;

namespace Aurora.Functions.Tests.Routing.Specialists;

public sealed class MessageContextRulesTests
{
    [Fact]
    public void AC7_3_Normalise_FullPayload_KeepsTheSixKeysOnly()
    {
        var context = MessageContextRules.Normalise(
            "t", """{"ingest_event_id":"e","contact_id":"c","raw_content":"Olá","source":"whatsapp","metadata":{"n":1.10},"sender_id":"5511","content_len":3}""");

        Assert.Equal(("t", "e", "c", "Olá", "whatsapp"), (context.TraceId, context.IngestEventId, context.ContactId, context.RawContent, context.Source));
        Assert.Equal("""{"n":1.10}""", context.Metadata.GetRawText());
    }

    public static TheoryData<string> Sparse() =>
    [
        "{}",
        """{"ingest_event_id":null,"contact_id":null,"raw_content":null,"source":null,"metadata":null}""",
        """{"content_len":3}""",
    ];

    [Theory]
    [MemberData(nameof(Sparse))]
    public void AC7_3_Normalise_MissingOrNullKeys_GetTheirDefaults(string payload)
    {
        var context = MessageContextRules.Normalise("t", payload);

        Assert.Equal("t", context.TraceId);
        Assert.Null(context.IngestEventId);
        Assert.Null(context.ContactId);
        Assert.Equal("", context.RawContent);
        Assert.Equal("unknown", context.Source);
        Assert.Equal("{}", context.Metadata.GetRawText());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("not json")]
    [InlineData("""{"raw_content":7}""")]
    [InlineData("""{"source":[]}""")]
    [InlineData("""{"metadata":"x"}""")]
    [InlineData("""{"contact_id":{}}""")]
    public void Normalise_WrongTypes_AreMalformed(string payload) =>
        Assert.Throws<MalformedPayloadException>(() => MessageContextRules.Normalise("t", payload));
}
