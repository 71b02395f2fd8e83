using System.Text;
using Aurora.Functions.Ingest.Messages;
using Aurora.Functions.Platform.Http;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Aurora.Functions.Tests.Ingest.Messages;

public sealed class MessageRulesTests
{
    private const int MaxWritten = 1024 * 1024;

    [Fact]
    public void Parse_FullBody_NormalisesSourceAndSenderOnly()
    {
        var message = Parse("""{"source":" WhatsApp ","sender_id":" 5511 ","content":" Olá ","metadata":{"a":1.10}}""");

        Assert.Equal(new IngestMessage("whatsapp", "5511", " Olá ", 5, """{"a":1.10}"""), message);
    }

    [Fact]
    public void Parse_OptionalFieldsMissing_GetTheirDefaults()
    {
        var message = Parse("""{"sender_id":"1","content":""}""");

        Assert.Equal(new IngestMessage("whatsapp", "1", "", 0, "{}"), message);
    }

    [Fact]
    public void Parse_Email_IsComparedInLowerCase() =>
        Assert.Equal("ana@example.test", Parse("""{"source":"EMAIL","sender_id":"Ana@Example.TEST","content":"x"}""")!.SenderId);

    [Fact]
    public void Parse_OtherSources_KeepTheSendersLetterCase() =>
        Assert.Equal("UserA", Parse("""{"source":"telegram","sender_id":"UserA","content":"x"}""")!.SenderId);

    [Fact]
    public void Parse_Metadata_IsPassedOnAsItWasReceived()
    {
        const string Metadata = """{ "n": 1.10, "big": 12345678901234567890123, "e": 1E400, "e": [ {"x":"\u00e7"} ] }""";

        Assert.Equal(Metadata, Parse($$"""{"sender_id":"1","content":"x","metadata":{{Metadata}} }""")!.Metadata);
    }

    [Fact]
    public void Parse_ContentLength_CountsCodePoints() =>
        Assert.Equal(3, Parse("""{"sender_id":"1","content":"a😀é"}""")!.ContentLength);

    [Fact]
    public void Parse_UnknownFields_AreIgnored() =>
        Assert.NotNull(Parse("""{"sender_id":"1","content":"x","trace_id":"mine","more":{"deep":[1,2,{"y":null}]}}"""));

    [Fact]
    public void Parse_FieldTwice_TheLastCounts()
    {
        Assert.Equal("b", Parse("""{"sender_id":"1","content":5,"content":"b"}""")!.Content);
        Assert.Equal([new FieldError("content", "not_string")], Errors("""{"sender_id":"1","content":"b","content":5}"""));
    }

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped() =>
        Assert.NotNull(MessageRules.Parse([0xef, 0xbb, 0xbf, .. """{"sender_id":"1","content":"x"}"""u8], 64, MaxWritten, out _));

    [Fact]
    public void Parse_LongestFields_AreAccepted()
    {
        var emoji = string.Concat(Enumerable.Repeat("😀", 256));

        Assert.NotNull(Parse($$"""{"source":"{{new string('s', 64)}}","sender_id":"{{emoji}}","content":"x"}"""));
    }

    [Theory]
    [InlineData("", "$:invalid_json")]
    [InlineData("{", "$:invalid_json")]
    [InlineData("not json", "$:invalid_json")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\"} x", "$:invalid_json")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",}", "$:invalid_json")]
    [InlineData("{\"sender_id\":\"1\",\"content\":NaN}", "$:invalid_json")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"a\":Infinity}}", "$:invalid_json")]
    [InlineData("[]", "$:not_object")]
    [InlineData("\"text\"", "$:not_object")]
    [InlineData("12", "$:not_object")]
    [InlineData("null", "$:not_object")]
    [InlineData("{}", "sender_id:required,content:required")]
    [InlineData("{\"sender_id\":null,\"content\":null}", "sender_id:not_string,content:not_string")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"source\":null}", "source:not_string")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"source\":\"  \"}", "source:blank")]
    [InlineData("{\"sender_id\":\" \",\"content\":\"x\"}", "sender_id:blank")]
    [InlineData("{\"sender_id\":1,\"content\":[],\"source\":{},\"metadata\":[]}", "sender_id:not_string,content:not_string,source:not_string,metadata:not_object")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":null}", "metadata:not_object")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":\"a\"}", "metadata:not_object")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"a\\u0000b\"}", "content:null_character")]
    [InlineData("{\"sender_id\":\"\\u0000\",\"content\":\"x\"}", "sender_id:null_character")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"\\ud83d\"}", "content:lone_surrogate")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"\\ude00\\ud83d\"}", "content:lone_surrogate")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"a\":[{\"b\":\"\\u0000\"}]}}", "metadata:null_character")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"\\u0000\":1}}", "metadata:null_character")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"\\ud800\":1}}", "metadata:lone_surrogate")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"other\":\"\\u0000\"}", "$:null_character")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"\\ud800\":1}", "$:lone_surrogate")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"a\":1e200000}}", "metadata:number_out_of_range")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"a\":[1e-16400]}}", "metadata:number_out_of_range")]
    [InlineData("{\"sender_id\":\"1\",\"content\":\"x\",\"metadata\":{\"a\":1e99999999999}}", "metadata:number_out_of_range")]
    public void Parse_InvalidBody_NamesEveryFieldAndCode(string body, string expected) =>
        Assert.Equal(expected, string.Join(',', Errors(body).Select(e => $"{e.Path}:{e.Code}")));

    [Fact]
    public void Parse_TooLongFields_AreRefused()
    {
        var errors = Errors($$"""{"source":"{{new string('s', 65)}}","sender_id":"{{new string('d', 257)}}","content":"x"}""");

        Assert.Equal([new FieldError("source", "too_long"), new FieldError("sender_id", "too_long")], errors);
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, false)]
    [InlineData(500_000, false)]
    public void Parse_Depth_IsBounded(int arrays, bool isAccepted)
    {
        var body = $$$"""{"sender_id":"1","content":"x","metadata":{"a":{{{new string('[', arrays)}}}{{{new string(']', arrays)}}}}}""";

        var message = MessageRules.Parse(Encoding.UTF8.GetBytes(body), 64, MaxWritten, out var errors);

        Assert.Equal(isAccepted, message is not null);
        Assert.Equal(isAccepted ? [] : [new FieldError("$", "too_deep")], errors);
    }

    [Fact]
    public void Parse_InvalidUtf8_IsRefused()
    {
        MessageRules.Parse([.. "{\"sender_id\":\"1\",\"content\":\""u8, 0xff, .. "\"}"u8], 64, MaxWritten, out var errors);

        Assert.Equal([new FieldError("$", "invalid_utf8")], errors);
    }

    [Fact]
    public void Parse_NumbersThatGrowTogether_AreRefused()
    {
        var numbers = string.Join(',', Enumerable.Repeat("1e131071", 20));

        var errors = Errors($$$"""{"sender_id":"1","content":"x","metadata":{"a":[{{{numbers}}}]}}""");

        Assert.Equal([new FieldError("metadata", "number_out_of_range")], errors);
    }

    [Fact]
    public void Parse_AnyBytes_GivesAMessageOrErrors()
    {
        var bytes = Gen.Choose(0, 255).Select(i => (byte)i);
        var raw = Gen.ArrayOf(bytes);
        var damaged =
            from body in Gen.Elements(
                """{"source":"web","sender_id":"a\u00e7","content":"x😀\ud83d\ude00","metadata":{"a":[1,2.5e3,{"b":null}],"c":true}}""",
                """{"sender_id":"1","content":"\u0000\ud800","metadata":{"n":-0.0001e-5}}""")
            let full = Encoding.UTF8.GetBytes(body)
            from place in Gen.Choose(0, full.Length - 1)
            from length in Gen.Choose(0, 5)
            from inserted in Gen.ArrayOf(bytes, length)
            select (byte[])[.. full[..place], .. inserted, .. full[Math.Min(full.Length, place + length)..]];

        Prop.ForAll(Gen.OneOf(raw, damaged).ToArbitrary(), body =>
        {
            var message = MessageRules.Parse(body, 64, MaxWritten, out var errors);
            return message is null ? errors.Count > 0 : errors.Count == 0 && message.SenderId.Length > 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static IngestMessage? Parse(string body) => MessageRules.Parse(Encoding.UTF8.GetBytes(body), 64, MaxWritten, out _);

    private static IReadOnlyList<FieldError> Errors(string body)
    {
        Assert.Null(MessageRules.Parse(Encoding.UTF8.GetBytes(body), 64, MaxWritten, out var errors));
        return errors;
    }
}
