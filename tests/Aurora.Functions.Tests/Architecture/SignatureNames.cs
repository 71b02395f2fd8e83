using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Turns type handles and signatures into full names and reports every named type on the way.</summary>
internal sealed class SignatureNames(MetadataReader metadata, Action<string, string, string> seen)
    : ISignatureTypeProvider<string, object?>
{
    private readonly string _own = metadata.GetString(metadata.GetAssemblyDefinition().Name);

    /// <summary>Reports the type itself and the types it is made of.</summary>
    public void Visit(EntityHandle type)
    {
        switch (type.Kind)
        {
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)type).DecodeSignature(this, null);
                break;
            case HandleKind.TypeDefinition:
            case HandleKind.TypeReference:
                var described = Describe(type)!.Value;
                seen(described.Assembly, described.Namespace, described.Type);
                break;
            default:
                break;
        }
    }

    /// <summary>Assembly, namespace and full name of a type; of the generic type for one of its constructions.</summary>
    public (string Assembly, string Namespace, string Type)? Describe(EntityHandle type)
    {
        switch (type.Kind)
        {
            case HandleKind.TypeDefinition:
                var definition = metadata.GetTypeDefinition((TypeDefinitionHandle)type);
                var name = metadata.GetString(definition.Name);
                if (!definition.GetDeclaringType().IsNil)
                {
                    var outer = Describe(definition.GetDeclaringType())!.Value;
                    return outer with { Type = outer.Type + "." + name };
                }

                var space = metadata.GetString(definition.Namespace);
                return (_own, space, Join(space, name));
            case HandleKind.TypeReference:
                var reference = metadata.GetTypeReference((TypeReferenceHandle)type);
                var referenced = metadata.GetString(reference.Name);
                if (reference.ResolutionScope.Kind == HandleKind.TypeReference)
                {
                    var outer = Describe(reference.ResolutionScope)!.Value;
                    return outer with { Type = outer.Type + "." + referenced };
                }

                var at = metadata.GetString(reference.Namespace);
                return (AssemblyOf(reference.ResolutionScope), at, Join(at, referenced));
            case HandleKind.TypeSpecification:
                return DescribeConstructed((TypeSpecificationHandle)type);
            default:
                return null;
        }
    }

    /// <summary>Full name of the type that was written: compiler-made nested types count as the type around them.</summary>
    public string OutermostName(TypeDefinitionHandle handle)
    {
        var definition = metadata.GetTypeDefinition(handle);
        return definition.GetDeclaringType().IsNil ? Describe(handle)!.Value.Type : OutermostName(definition.GetDeclaringType());
    }

    public static string Parameters(MethodSignature<string> signature) => $"({string.Join(',', signature.ParameterTypes)})";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Report(handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Report(handle);

    public string GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(',', typeArguments)}>";

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

    public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[]";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetGenericMethodParameter(object? genericContext, int index) => "!!" + index;

    public string GetGenericTypeParameter(object? genericContext, int index) => "!" + index;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "method*";

    private (string Assembly, string Namespace, string Type)? DescribeConstructed(TypeSpecificationHandle handle)
    {
        // GENERICINST, class or value type, then the coded token of the generic type.
        var blob = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        blob.ReadByte();
        return Describe(blob.ReadTypeHandle());
    }

    private string Report(EntityHandle handle)
    {
        var described = Describe(handle)!.Value;
        seen(described.Assembly, described.Namespace, described.Type);
        return described.Type;
    }

    private string AssemblyOf(EntityHandle scope) => scope.Kind == HandleKind.AssemblyReference
        ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)
        : _own;

    private static string Join(string space, string name) => space.Length == 0 ? name : space + "." + name;
}
