namespace Aurora.Functions.Tests.LocalRuntime;

/// <summary>
/// Something of Durable Task's public face that the local runtime does not declare, and why. Without a member it is
/// the whole type; a member is given by a part of its line.
/// </summary>
internal sealed record DurableTaskOmission(string Type, string? Member, string Reason)
{
    public bool Covers(string type) => Type == type && Member is null;

    public bool Covers(string type, string member)
        => Type == type && Member is not null && member.Contains(Member, StringComparison.Ordinal);
}

/// <summary>The whole list of omissions; everything else is declared.</summary>
internal static class DurableTaskOmissions
{
    private const string NoEntities = "durable entities are not part of this product";
    private const string Newer = "newer than what every host may bring";
    private const string Versioned = "versioned registrations are newer than what every host may bring";
    private const string Obsolete = "obsolete in the packages";
    private const string ByBinding = "a client comes from the function's binding, never from the services";
    private const string NotEverywhere = "not every client supports it, and its types belong to the engine's core";

    private const string Root = "Microsoft.DurableTask.";
    private const string Client = "Microsoft.DurableTask.Client.";

    public static IReadOnlyList<DurableTaskOmission> All { get; } =
    [
        new(Root + "TaskOrchestrationContextExtensionMethods", null, "durable HTTP calls are not used"),
        new(Client + "DefaultDurableTaskClientBuilder", null, ByBinding),
        new(Client + "DurableTaskBuilderExtensions", null, ByBinding),
        new(Client + "IDurableTaskClientBuilder", null, ByBinding),
        new(Client + "IDurableTaskClientProvider", null, ByBinding),
        new(Client + "ServiceCollectionExtensions", null, ByBinding),

        new(Root + "DurableTaskRegistry", "AddEntity", NoEntities),
        new(Root + "DurableTaskRegistry", "GetEntities", NoEntities),
        new(Root + "TaskOrchestrationContext", " Entities {", NoEntities),
        new(Client + "DurableTaskClient", " Entities {", NoEntities),
        new(Client + "DurableTaskClientOptions", "EnableEntitySupport", NoEntities),

        new(Root + "DurableTaskAttribute", "string Version", Newer),
        new(Root + "DurableTaskRegistry", "GetActivities", Newer),
        new(Root + "DurableTaskRegistry", "GetOrchestrators", Newer),
        new(Root + "DurableTaskRegistry", "TaskVersion version", Versioned),
        new(Root + "TaskActivityContext", "string Version", Newer),
        new(Root + "TaskOptions", "TaskVersion? Version", Newer),
        new(Root + "TaskVersion", "Unversioned", Newer),
        new(Client + "PurgeInstancesFilter", "Timeout", Newer),

        new(Root + "RetryPolicy", "HandleAsync", Obsolete),
        new(Root + "TaskFailedException", "IsCausedByException", Obsolete),
        new(Root + "TaskName", "string Version", Obsolete),
        new(Client + "OrchestrationRuntimeStatus", "Canceled", Obsolete),
        new(Client + "OrchestrationRuntimeStatus", "ContinuedAsNew", Obsolete),

        new(Client + "DurableTaskClient", "RewindInstanceAsync", NotEverywhere),
        new(Client + "DurableTaskClient", "GetOrchestrationHistoryAsync", NotEverywhere),
    ];

    public static bool Covers(string type)
        => type.Contains(".Entities.", StringComparison.Ordinal) || All.Any(omission => omission.Covers(type));

    public static bool Covers(string type, string member) => All.Any(omission => omission.Covers(type, member));
}
