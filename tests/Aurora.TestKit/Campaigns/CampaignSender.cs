using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Aurora.TestKit.Campaigns;

/// <summary>
/// A well-behaved client: posts its next message only after an answer to the last one, and repeats a message whose answer
/// broke with the same <c>Idempotency-Key</c> until it is answered.
/// </summary>
internal sealed class CampaignSender(int number, HttpClient client, Func<(Uri Address, string Key)> target)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public string SenderId { get; } = string.Create(CultureInfo.InvariantCulture, $"551100{number:00000}");

    /// <summary>Outbox ids in the order in which the messages were accepted.</summary>
    public List<string> Accepted { get; } = [];

    /// <summary>Requests sent, repeats included.</summary>
    public int Requests { get; private set; }

    /// <summary>Answers 503 that said when to come again.</summary>
    public int Refused { get; private set; }

    /// <summary>Answers that were neither 200 nor such a 503: the campaign fails on them.</summary>
    public List<string> Unexpected { get; } = [];

    /// <summary>Posts messages as long as the campaign hands them out.</summary>
    public async Task RunAsync(Func<CancellationToken, Task<bool>> mayPostNext, CancellationToken cancellation)
    {
        while (await mayPostNext(cancellation))
        {
            var ordinal = Accepted.Count;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (await TryPostAsync(ordinal, cancellation) is { } outboxId)
                {
                    Accepted.Add(outboxId);
                    break;
                }

                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private async Task<string?> TryPostAsync(int ordinal, CancellationToken cancellation)
    {
        var (address, key) = target();
        var text = ordinal % 10 == 9 ? "quero cancelar" : "Olá";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/ingest/message"));
        request.Headers.Add("x-functions-key", key);
        request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"{SenderId}-{ordinal}"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"source":"whatsapp","sender_id":"{{{SenderId}}}","content":"{{{text}}} {{{ordinal}}}","metadata":{"ordinal":{{{ordinal}}}}}""")));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Requests++;
        try
        {
            using var answer = await client.SendAsync(request, cancellation);
            var body = await answer.Content.ReadAsStringAsync(cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                using var json = JsonDocument.Parse(body);
                return json.RootElement.GetProperty("outbox_id").GetString();
            }

            if (answer is { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: not null })
            {
                Refused++;
            }
            else
            {
                Unexpected.Add($"{(int)answer.StatusCode}: {body}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // A broken or missing answer says nothing about what was stored: the same key is sent again.
        }

        return null;
    }
}
