namespace Aurora.Functions.Tests.Architecture;

/// <summary>One place in compiled code that names a type, a member or a string literal.</summary>
/// <param name="FromType">Full name of the outermost written type that holds the place.</param>
/// <param name="FromMember">Member that holds the place, as compiled.</param>
/// <param name="Assembly">Simple name of the assembly that declares the target; empty for a literal.</param>
/// <param name="TargetType">Full name of the target type, outer types joined by a dot, generic arity kept; empty for a literal.</param>
/// <param name="TargetMember">Member with its parameter types, or null when only the type is named.</param>
/// <param name="Literal">The string literal, or null.</param>
internal sealed record SymbolUse(
    string FromType, string FromMember, string Assembly, string TargetType, string? TargetMember, string? Literal = null)
{
    public string TargetNamespace { get; init; } = "";

    /// <summary>Name of the target member without parameters.</summary>
    public string MemberName => TargetMember is null ? "" : TargetMember.Split('(')[0];

    public override string ToString() =>
        $"{FromType}.{FromMember} -> {TargetType}{(TargetMember is null ? "" : "." + TargetMember)}{Literal}";
}
