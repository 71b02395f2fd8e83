namespace Aurora.LocalRuntime.Durable.Storage;

/// <summary>The store cannot be reached now; the same call may succeed later.</summary>
internal sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>Another process owns the hub.</summary>
internal sealed class HubTakenException(string message) : InvalidOperationException(message);

/// <summary>This process does not own the hub any more; nothing it writes is accepted.</summary>
internal sealed class HubLostException(string message) : InvalidOperationException(message);
