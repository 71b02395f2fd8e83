using Microsoft.Azure.Functions.Worker;

namespace Aurora.Functions.Routing.Specialists;

/// <summary>Runs the safety specialist.</summary>
internal sealed class SafetySpecialistActivity(SpecialistRunner runner)
{
    [Function(nameof(SafetySpecialistActivity))]
    public Task<SpecialistResult> Run([ActivityTrigger] SpecialistCall call, CancellationToken cancellation) =>
        runner.RunAsync(
            SafetyRules.Name, call, static (context, _) => Task.FromResult(SafetyRules.Check(context.RawContent)), cancellation);
}
