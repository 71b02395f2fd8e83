using System.Text;
using System.Text.Json;
using Aurora.Functions.Channels;
using Aurora.Functions.Channels.Accounts;
using Aurora.Functions.Channels.WhatsApp;
using Aurora.Functions.Ingest;
using Aurora.Functions.Ingest.Accepting;
using Aurora.Functions.Ingest.Messages;
using Aurora.Functions.Ingest.Purging;
using Aurora.Functions.Ingest.Webhooks;
using Aurora.Functions.Outbox;
using Aurora.Functions.Platform.Time;
using Aurora.TestKit;
using Aurora.TestKit.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Aurora.IntegrationTests.Ingest;

/// <summary>An answer of the accepting road.</summary>
internal sealed record Answer(int Status, string Text, IHeaderDictionary Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string this[string field] => Json.GetProperty(field).GetString()!;
}

/// <summary>The accepting road on a test database, without a host around it.</summary>
internal sealed class IngestStack : IAsyncDisposable
{
    private readonly IngestMetrics _metrics = new();
    private readonly ChannelAccountDirectory _accounts;
    private readonly ILoggerFactory _loggers;
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();

    public IngestStack(
        TestDatabase database,
        IEnumerable<IInboundSink>? sinks = null,
        Action<IngestOptions>? configure = null,
        TimeProvider? time = null,
        ILoggerProvider? log = null)
    {
        _loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(log ?? NullLoggerProvider.Instance));
        var settings = new IngestOptions();
        configure?.Invoke(settings);
        var options = Options.Create(settings);
        var channels = new ChannelsOptions { UnknownAccountRefreshInterval = TimeSpan.FromMilliseconds(1) };
        channels.Secrets["app"] = DemoAccount.AppSecret;
        channels.Secrets["verify"] = DemoAccount.VerifyToken;
        channels.Secrets["other-app"] = "fake-app-secret-0002";
        Clock = new DatabaseClock(time ?? TimeProvider.System, database.DataSource);
        _accounts = new ChannelAccountDirectory(
            database.DataSource, Options.Create(channels), TimeProvider.System, _loggers.CreateLogger<ChannelAccountDirectory>());
        Acceptor = new Acceptor(new PostgresAcceptStore(database.DataSource), WakeUp, options);
        var guard = new EdgeGuard(Acceptor, _metrics, options, _loggers.CreateLogger<EdgeGuard>());
        Messages = new MessageEndpoint(Acceptor, guard, Clock, _metrics, options, _loggers.CreateLogger<MessageEndpoint>());
        Webhooks = new WebhookEndpoint(
            [new WhatsAppCloudAdapter()],
            _accounts,
            new InboundRows(sinks ?? [], Clock),
            Acceptor,
            guard,
            _metrics,
            options,
            _loggers.CreateLogger<WebhookEndpoint>());
        Purge = new IngestPurge(database.DataSource, Clock, time ?? TimeProvider.System, _metrics, options, _loggers.CreateLogger<IngestPurge>());
    }

    public OutboxWakeUp WakeUp { get; } = new();

    public DatabaseClock Clock { get; }

    public Acceptor Acceptor { get; }

    public MessageEndpoint Messages { get; }

    public WebhookEndpoint Webhooks { get; }

    public IngestPurge Purge { get; }

    public Task<Answer> PostAsync(string body, string? key = null, string contentType = "application/json") =>
        PostAsync(Encoding.UTF8.GetBytes(body), key, contentType);

    public async Task<Answer> PostAsync(byte[] body, string? key = null, string contentType = "application/json")
    {
        var context = NewContext(body, contentType);
        if (key is not null)
        {
            context.Request.Headers[IdempotencyRules.Header] = key;
        }

        return await RunAsync(context, Messages.AcceptAsync(context.Request, CancellationToken.None));
    }

    public Task<Answer> SayAsync(string source, string sender, string content) => PostAsync(
        JsonSerializer.Serialize(new { source, sender_id = sender, content }));

    /// <summary>Delivers a sample, signed as the manifest says.</summary>
    public Task<Answer> DeliverAsync(string file, string? account = null)
    {
        var sample = SamplePayloads.Get(file);
        return DeliverAsync(sample.Bytes, sample.Headers[WhatsAppSignatureRules.Header], account);
    }

    /// <summary>Delivers a body signed with the demo secret.</summary>
    public Task<Answer> DeliverSignedAsync(string body, string secret = DemoAccount.AppSecret)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return DeliverAsync(bytes, Sign(bytes, secret), null);
    }

    public async Task<Answer> DeliverAsync(byte[] body, string? signature, string? account, string channel = "whatsapp")
    {
        var context = NewContext(body, "application/json");
        if (signature is not null)
        {
            context.Request.Headers[WhatsAppSignatureRules.Header] = signature;
        }

        return await RunAsync(context, Webhooks.AcceptAsync(context.Request, channel, account, CancellationToken.None));
    }

    public async Task<Answer> HandshakeAsync(string query, string? account = null)
    {
        var context = NewContext([], null);
        context.Request.QueryString = new QueryString(query);
        return await RunAsync(
            context, Webhooks.AnswerHandshakeAsync(context.Request, "whatsapp", account, CancellationToken.None));
    }

    public static string Sign(byte[] body, string secret) => "sha256=" + Convert.ToHexStringLower(
        System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>An account of ours, with the secrets of the samples unless named otherwise.</summary>
    public static Task AddAccountAsync(
        TestDatabase database,
        string account = DemoAccount.AccountId,
        string purpose = "crm",
        string tenant = "demo",
        string secret = "app") => database.ExecuteAsync(
        """
        INSERT INTO channel_accounts (tenant_id, channel, account_id, purpose, app_secret_ref, verify_token_ref)
        VALUES ($1, 'whatsapp', $2, $3, $4, 'verify')
        """,
        tenant,
        account,
        purpose,
        secret);

    public async ValueTask DisposeAsync()
    {
        await Acceptor.DisposeAsync();
        _accounts.Dispose();
        _metrics.Dispose();
        _loggers.Dispose();
        await _services.DisposeAsync();
    }

    private DefaultHttpContext NewContext(byte[] body, string? contentType)
    {
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentLength = body.Length;
        context.Request.ContentType = contentType;
        return context;
    }

    private static async Task<Answer> RunAsync(HttpContext context, Task<IResult> accepting)
    {
        using var text = new MemoryStream();
        context.Response.Body = text;
        var result = await accepting;
        await result.ExecuteAsync(context);
        return new Answer(context.Response.StatusCode, Encoding.UTF8.GetString(text.ToArray()), context.Response.Headers);
    }
}
