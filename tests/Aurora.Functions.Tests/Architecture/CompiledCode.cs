using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Aurora.Functions.Tests.Architecture;

/// <summary>Everything an assembly's metadata and IL name: what the compiler saw, whatever the source looks like.</summary>
internal sealed class CompiledCode
{
    private static readonly ConcurrentDictionary<string, CompiledCode> Read = new(StringComparer.Ordinal);

    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly SignatureNames _names;
    private readonly List<SymbolUse> _uses = [];
    private string _fromType = "";
    private string _fromMember = "";

    private CompiledCode(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _names = new SignatureNames(_metadata, (assembly, space, type) => Add(assembly, space, type, member: null));
        foreach (var handle in _metadata.TypeDefinitions)
        {
            // A coverage run adds its own counters to the assembly.
            if (!_names.OutermostName(handle).StartsWith("Coverlet.", StringComparison.Ordinal))
            {
                VisitType(handle);
            }
        }
    }

    public IReadOnlyList<SymbolUse> Uses => _uses;

    public static CompiledCode Of(string assemblyName) => Read.GetOrAdd(assemblyName, static name =>
    {
        using var image = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll")));
        return new CompiledCode(image);
    });

    private void VisitType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _fromType = _names.OutermostName(handle);
        _fromMember = "(declaration)";
        VisitToken(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            VisitToken(_metadata.GetInterfaceImplementation(implemented).Interface);
        }

        VisitAttributes(type.GetCustomAttributes());
        foreach (var fieldHandle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(fieldHandle);
            _fromMember = _metadata.GetString(field.Name);
            field.DecodeSignature(_names, null);
            VisitAttributes(field.GetCustomAttributes());
        }

        foreach (var methodHandle in type.GetMethods())
        {
            VisitMethod(_metadata.GetMethodDefinition(methodHandle));
        }
    }

    private void VisitMethod(MethodDefinition method)
    {
        _fromMember = _metadata.GetString(method.Name);
        method.DecodeSignature(_names, null);
        VisitAttributes(method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
        }

        foreach (var region in body.ExceptionRegions.Where(region => !region.CatchType.IsNil))
        {
            VisitToken(region.CatchType);
        }

        foreach (var (token, isString) in IlTokens.In(body.GetILReader()))
        {
            if (isString)
            {
                var literal = _metadata.GetUserString((UserStringHandle)MetadataTokens.Handle(token));
                _uses.Add(new SymbolUse(_fromType, _fromMember, "", "", null, literal));
            }
            else
            {
                VisitToken(MetadataTokens.EntityHandle(token));
            }
        }
    }

    private void VisitAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var handle in attributes)
        {
            VisitToken(_metadata.GetCustomAttribute(handle).Constructor);
        }
    }

    private void VisitToken(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
            case HandleKind.TypeReference:
            case HandleKind.TypeSpecification:
                _names.Visit(handle);
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                AddMember(method.GetDeclaringType(), _metadata.GetString(method.Name) + SignatureNames.Parameters(method.DecodeSignature(_names, null)));
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                AddMember(field.GetDeclaringType(), _metadata.GetString(field.Name));
                break;
            case HandleKind.MemberReference:
                VisitMember(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            case HandleKind.MethodSpecification:
                var specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                specification.DecodeSignature(_names, null);
                VisitToken(specification.Method);
                break;
            default:
                break;
        }
    }

    private void VisitMember(MemberReference member)
    {
        var name = _metadata.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            name += SignatureNames.Parameters(member.DecodeMethodSignature(_names, null));
        }
        else
        {
            member.DecodeFieldSignature(_names, null);
        }

        AddMember(member.Parent, name);
    }

    private void AddMember(EntityHandle declaringType, string member)
    {
        _names.Visit(declaringType);
        if (_names.Describe(declaringType) is var (assembly, space, type))
        {
            Add(assembly, space, type, member);
        }
    }

    private void Add(string assembly, string space, string type, string? member) =>
        _uses.Add(new SymbolUse(_fromType, _fromMember, assembly, type, member) { TargetNamespace = space });
}
