using System.Diagnostics;
using Aurora.LocalRuntime.Hosting.Discovery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>One invocation. Whatever costs something is made when it is first asked for.</summary>
internal sealed class LocalFunctionContext(
    Function function, object trigger, IServiceScopeFactory scopes, CancellationToken hostStopping, CancellationToken callerGone)
    : FunctionContext, IServiceProvidersFeature, IAsyncDisposable
{
    private AsyncServiceScope? _scope;
    private IServiceProvider? _services;
    private CancellationTokenSource? _cancellation;
    private InvocationFeatures? _features;
    private IDictionary<object, object>? _items;
    private string? _invocationId;
    private BindingContext? _bindingContext;
    private TraceContext? _trace;

    public Function Function => function;

    /// <summary>What started the invocation: a request, a timer's news, an orchestration's context, an activity's input.</summary>
    public object Trigger => trigger;

    public override string InvocationId => _invocationId ??= Guid.CreateVersion7().ToString();

    public override string FunctionId => function.Definition.Id;

    public override TraceContext TraceContext => _trace ??= new CurrentTrace(Activity.Current);

    public override BindingContext BindingContext => _bindingContext ??= new TriggerBindingContext(trigger);

    public override RetryContext RetryContext => NoRetry.Instance;

    public override IServiceProvider InstanceServices
    {
        get
        {
            if (_services is null)
            {
                _scope = scopes.CreateAsyncScope();
                _services = _scope.Value.ServiceProvider;
            }

            return _services;
        }

        set => _services = value;
    }

    IServiceProvider IServiceProvidersFeature.RequestServices
    {
        get => InstanceServices;
        set => InstanceServices = value;
    }

    public override FunctionDefinition FunctionDefinition => function.Definition;

    public override IDictionary<object, object> Items
    {
        get => _items ??= TriggerItems.Of(trigger);
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= InvocationFeatures.WithOutcome();

    /// <summary>What the function returned, once it ran.</summary>
    public object? Result
    {
        get => ((InvocationFeatures)Features).Outcome.Value;
        set => ((InvocationFeatures)Features).Outcome.Value = value;
    }

    public override CancellationToken CancellationToken
    {
        get
        {
            _cancellation ??= CancellationTokenSource.CreateLinkedTokenSource(
                hostStopping, trigger is HttpContext http ? http.RequestAborted : callerGone);
            return _cancellation.Token;
        }
    }

    /// <summary>Tells the function that its time is over.</summary>
    public Task CancelAsync() => _cancellation?.CancelAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _cancellation?.Dispose();
        if (_scope is { } scope)
        {
            await scope.DisposeAsync();
        }
    }

    private sealed class CurrentTrace(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? string.Empty;

        public override string TraceState => activity?.TraceStateString ?? string.Empty;
    }

    private sealed class NoRetry : RetryContext
    {
        public static readonly NoRetry Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
