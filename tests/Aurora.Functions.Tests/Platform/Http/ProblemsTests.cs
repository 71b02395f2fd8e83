using System.Text.Json;
using Aurora.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Http;

public sealed class ProblemsTests
{
    private static readonly Guid Trace = new("0199aaaa-0000-7000-8000-000000000001");

    [Fact]
    public async Task Problem_Invalid_ListsFieldsWithStableCodes()
    {
        var (response, body) = await ExecuteAsync(Problems.Invalid(Trace, new FieldError("sender_id", "required"), new FieldError("metadata", "type")));

        Assert.Equal(422, response.StatusCode);
        Assert.Equal("application/problem+json", response.ContentType);
        Assert.Equal("urn:aurora:problem:invalid_content", body.GetProperty("type").GetString());
        Assert.Equal("invalid_content", body.GetProperty("code").GetString());
        Assert.Equal(422, body.GetProperty("status").GetInt32());
        Assert.Equal(Trace, body.GetProperty("trace_id").GetGuid());
        Assert.Equal("""[{"path":"sender_id","code":"required"},{"path":"metadata","code":"type"}]""", body.GetProperty("errors").GetRawText());
        Assert.False(body.TryGetProperty("event_id", out _));
    }

    [Theory]
    [InlineData(0.2, "1")]
    [InlineData(2, "2")]
    [InlineData(2.1, "3")]
    public async Task Problem_WithRetryAfter_RoundsUpToWholeSeconds(double seconds, string header)
    {
        var (response, body) = await ExecuteAsync(Problems.Overloaded(Trace, TimeSpan.FromSeconds(seconds)));

        Assert.Equal(503, response.StatusCode);
        Assert.Equal(header, response.Headers.RetryAfter);
        Assert.Equal("overloaded", body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Problem_Known_HaveTheirCodes()
    {
        Assert.Equal("database_unavailable", (await ExecuteAsync(Problems.DatabaseUnavailable(null))).Body.GetProperty("code").GetString());
        Assert.Equal("internal_error", (await ExecuteAsync(Problems.Internal(Trace))).Body.GetProperty("code").GetString());
        var (_, withEvent) = await ExecuteAsync(Problems.Problem(500, "contact_failed", "t", Trace, eventId: Trace));
        Assert.Equal(Trace, withEvent.GetProperty("event_id").GetGuid());
    }

    private static async Task<(HttpResponse Response, JsonElement Body)> ExecuteAsync(IResult result)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await result.ExecuteAsync(context);
        body.Position = 0;
        using var document = await JsonDocument.ParseAsync(body);
        return (context.Response, document.RootElement.Clone());
    }
}
