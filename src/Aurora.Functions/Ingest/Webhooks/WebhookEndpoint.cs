// One thing: a provider's call from the raw request to the answer; signature, split, destinations, outcome.
using Aurora.Functions.Channels;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Platform.Http;
using Aurora.Functions.Platform.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aurora.Functions.Ingest.Webhooks;

/// <summary>/webhooks/{channel}/{account?}.</summary>
internal sealed class WebhookEndpoint(
    IEnumerable<IWebhookAdapter> adapters,
    ChannelAccountDirectory accounts,
    InboundRows rows,
    Acceptor acceptor,
    EdgeGuard guard,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    ILogger<WebhookEndpoint> logger)
{
    private const string Route = "webhook";

    public Task<IResult> AnswerHandshakeAsync(
        HttpRequest request, string channel, string? accountId, CancellationToken cancellation)
    {
        var traceId = Guid.CreateVersion7();
        return guard.RunAsync(Route, traceId, async () =>
        {
            if (Find(channel) is not { } adapter)
            {
                return IngestProblems.UnknownChannel(traceId);
            }

            var ours = await OfCallAsync(adapter, accountId, cancellation);
            var tokens = ours.Select(a => a.VerifyToken).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
            return adapter.AnswerHandshake(request.Query, tokens) is { } challenge
                ? Results.Text(challenge, "text/plain")
                : Results.StatusCode(StatusCodes.Status403Forbidden);
        });
    }

    public Task<IResult> AcceptAsync(HttpRequest request, string channel, string? accountId, CancellationToken cancellation)
    {
        var traceId = Guid.CreateVersion7();
        return guard.RunAsync(Route, traceId, async () => Find(channel) is { } adapter
            ? await AcceptAsync(request, adapter, accountId, traceId, cancellation)
            : IngestProblems.UnknownChannel(traceId));
    }

    private async Task<IResult> AcceptAsync(
        HttpRequest request, IWebhookAdapter adapter, string? accountId, Guid traceId, CancellationToken cancellation)
    {
        using var body = await RequestBody.ReadAsync(request, options.Value.MaxWebhookBytes, cancellation);
        if (body.Result != BodyResult.Complete)
        {
            return IngestProblems.Body(body.Result, traceId);
        }

        var ours = await OfCallAsync(adapter, accountId, cancellation);
        if (SignedWith(adapter, request.Headers, body.Bytes.Span, ours) is not { } secret)
        {
            IngestLog.BadSignature(logger, adapter.Channel);
            return IngestProblems.BadSignature(traceId);
        }

        WebhookContent content;
        try
        {
            content = adapter.Parse(body.Bytes);
        }
        catch (WebhookBodyException e)
        {
            return Problems.Invalid(traceId, new FieldError("$", e.Code));
        }

        CountIgnored(adapter.Channel, content);
        var (accepted, items) = await RowsOfAsync(adapter, content.Items, secret, cancellation);
        return accepted.Count == 0
            ? Results.Ok()
            : Answer(adapter, accepted, items, await acceptor.AcceptAsync(accepted, cancellation), content, traceId);
    }

    private IWebhookAdapter? Find(string channel) =>
        adapters.FirstOrDefault(a => a.Slug.Equals(channel, StringComparison.OrdinalIgnoreCase));

    private async ValueTask<IReadOnlyCollection<ChannelAccount>> OfCallAsync(
        IWebhookAdapter adapter, string? accountId, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(accountId))
        {
            return await accounts.OfChannelAsync(adapter.Channel, cancellation);
        }

        return await accounts.FindAsync(adapter.Channel, accountId, cancellation) is { } account ? [account] : [];
    }

    private static string? SignedWith(
        IWebhookAdapter adapter, IHeaderDictionary headers, ReadOnlySpan<byte> body, IReadOnlyCollection<ChannelAccount> ours)
    {
        foreach (var secret in ours.Select(a => a.AppSecret).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (adapter.IsSigned(headers, body, secret))
            {
                return secret;
            }
        }

        return null;
    }

    /// <summary>
    /// The rows of those items whose account is ours and has the secret that signed the call: who holds one app's secret must
    /// not speak for another app's numbers.
    /// </summary>
    private async ValueTask<(List<AcceptRow> Rows, List<InboundItem> Items)> RowsOfAsync(
        IWebhookAdapter adapter, IReadOnlyList<InboundItem> items, string secret, CancellationToken cancellation)
    {
        var accepted = new List<AcceptRow>(items.Count);
        var kept = new List<InboundItem>(items.Count);
        var foreign = new Dictionary<string, int>(StringComparer.Ordinal);
        Guid? trace = null;
        foreach (var item in items)
        {
            var account = await accounts.FindAsync(adapter.Channel, item.AccountId, cancellation);
            if (account is null || account.AppSecret != secret)
            {
                foreign[item.AccountId] = foreign.GetValueOrDefault(item.AccountId) + 1;
                continue;
            }

            // Attachments follow their message in the list and share its trace.
            var row = rows.Of(adapter, item, account, item.Kind == InboundKind.MediaUploaded ? trace : null);
            trace = row.TraceId;
            accepted.Add(row);
            kept.Add(item);
        }

        foreach (var (accountId, count) in foreign)
        {
            metrics.Ignored(adapter.Channel, "foreign_account", count);
            IngestLog.ForeignAccount(logger, adapter.Channel, AccountForLog(accountId), count);
        }

        return (accepted, kept);
    }

    private IResult Answer(
        IWebhookAdapter adapter,
        List<AcceptRow> accepted,
        List<InboundItem> items,
        IReadOnlyList<AcceptOutcome> outcomes,
        WebhookContent content,
        Guid traceId)
    {
        var failed = false;
        for (var i = 0; i < accepted.Count; i++)
        {
            metrics.Item(
                adapter.Channel, items[i].Kind, InboundRows.DestinationOf(accepted[i]), outcomes[i].Result.ToString());
            failed |= !Report(adapter, accepted[i], outcomes[i]);
        }

        IngestLog.WebhookAccepted(
            logger,
            adapter.Channel,
            outcomes.Count(o => o.Result == AcceptResult.Accepted),
            outcomes.Count(o => o.Result == AcceptResult.Duplicate),
            content.Ignored.Values.Sum());

        // A redelivery finds what was stored by its key and tries the rest again.
        return failed ? IngestProblems.ItemsFailed(traceId) : Results.Ok();
    }

    /// <summary>Logs one outcome; whether the provider need not deliver the item again.</summary>
    private bool Report(IWebhookAdapter adapter, AcceptRow row, AcceptOutcome outcome)
    {
        var sqlState = (outcome.Fault as PostgresException)?.SqlState;
        using var scope = logger.BeginMessage(MessageScopes.Of(row, outcome, adapter.Channel, row.Inbox?.TenantId));
        switch (outcome.Result)
        {
            case AcceptResult.Accepted:
                if (row.Message is { } message)
                {
                    IngestLog.Persisted(
                        logger, row.TraceId, message.EventId, outcome.ContactId!, message.OutboxId, message.Source, message.ContentLength);
                }

                return true;
            case AcceptResult.Duplicate:
                return true;
            case AcceptResult.Refused:
                // It would be refused each time: the provider is not asked to deliver it for seven days.
                IngestLog.ItemDropped(logger, adapter.Channel, row.TraceId, sqlState);
                return true;
            case AcceptResult.ContactFailed:
                IngestLog.ContactFailed(
                    logger, row.Message!.EventId, row.TraceId, sqlState, outcome.Fault?.GetType().Name ?? "none");
                return false;
            case AcceptResult.Failed:
                IngestLog.NotStored(logger, row.TraceId, sqlState, outcome.Fault?.GetType().Name ?? "none");
                return false;
        }

        throw new InvalidOperationException($"The outcome {outcome.Result} is unknown.");
    }

    private void CountIgnored(string channel, WebhookContent content)
    {
        foreach (var (reason, count) in content.Ignored)
        {
            metrics.Ignored(channel, reason.ToString(), count);
        }

        foreach (var code in content.ChannelErrors)
        {
            IngestLog.ChannelError(logger, channel, code);
        }
    }

    /// <summary>An account id from a signed body, short and without anything that could shape a log line.</summary>
    private static string AccountForLog(string accountId) =>
        accountId.Length <= 64 && accountId.All(char.IsAsciiLetterOrDigit) ? accountId : "(not an id)";
}
