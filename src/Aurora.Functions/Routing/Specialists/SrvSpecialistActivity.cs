using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>Runs the S/R/V extractor: the place where the extraction will attach; the requirement asks for its constant answer.</summary>
internal sealed class SrvSpecialistActivity(SpecialistRunner runner)
{
    /// <summary>The specialist's name.</summary>
    public const string Name = "srv_extractor";

    private const string Pending = "analise_pendente";

    private static readonly SpecialistResult Answer = SpecialistResult.Of(
        Name,
        SpecialistStatus.Success,
        new JsonObject
        {
            ["detected_s"] = Pending,
            ["detected_r"] = Pending,
            ["detected_v"] = Pending,
            ["ai_ready"] = true,
        });

    [Function(nameof(SrvSpecialistActivity))]
    public Task<SpecialistResult> Run([ActivityTrigger] SpecialistCall call, CancellationToken cancellation) =>
        runner.RunAsync(Name, call, static (_, _) => Task.FromResult(Answer), cancellation);
}
