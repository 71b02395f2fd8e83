// Over 200 lines: one printer, whose rules belong together because the list mixes all kinds of members.
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Aurora.TestKit.PublicApi;

/// <summary>Writes the public face of types as <c>functions-public-api.txt</c> does.</summary>
internal static class PublicApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "ToString", "Equals", "GetHashCode", "PrintMembers", "op_Equality", "op_Inequality", "Finalize",
    };

    public static PublicApiType Print(Type type)
    {
        var name = PublicApiTypeName.Of(type);
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            var line = $"{PublicApiTypeName.Of(invoke.ReturnType)} ({Parameters(invoke)})";
            return new PublicApiType(name, "delegate", new HashSet<string>(), new HashSet<string> { line });
        }

        if (type.IsEnum)
        {
            var values = Enum.GetNames(type).Select(value => string.Create(
                CultureInfo.InvariantCulture, $"{value} = {Convert.ToInt64(Enum.Parse(type, value), CultureInfo.InvariantCulture)}"));
            return new PublicApiType(name, "enum", new HashSet<string>(), values.ToHashSet());
        }

        return new PublicApiType(name, KindOf(type), BasesOf(type), MembersOf(type).ToHashSet());
    }

    private static string KindOf(Type type)
    {
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsValueType)
        {
            return "struct";
        }

        if (type is { IsAbstract: true, IsSealed: true })
        {
            return "static class";
        }

        var modifier = type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : string.Empty;
        return modifier + (type.GetMethod("<Clone>$") is null ? "class" : "record");
    }

    private static HashSet<string> BasesOf(Type type)
    {
        var bases = new HashSet<string>(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
        {
            bases.Add(PublicApiTypeName.Of(parent));
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.UnionWith(type.GetInterfaces()
            .Except(inherited)
            .Where(candidate => candidate.IsVisible)
            .Select(PublicApiTypeName.Of));
        return bases;
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.GetCustomAttribute<AttributeUsageAttribute>(inherit: false) is { } usage)
        {
            yield return $"usage: {usage.ValidOn}";
        }

        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || IsProtected(field)))
        {
            yield return $"field {(field.IsStatic ? "static " : string.Empty)}{PublicApiTypeName.Of(field.FieldType)} {field.Name}";
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
        {
            if (!constructor.IsStatic)
            {
                yield return $"{Access(constructor)}ctor({Parameters(constructor)})";
            }
        }

        foreach (var property in type.GetProperties(Declared))
        {
            if (property.GetAccessors(nonPublic: true).Any(IsVisible))
            {
                yield return Property(property, type);
            }
        }

        foreach (var method in type.GetMethods(Declared).Where(IsVisible))
        {
            if (method.IsSpecialName && method.Name is "op_Implicit" or "op_Explicit")
            {
                var kind = method.Name == "op_Implicit" ? "implicit" : "explicit";
                yield return $"public static {kind} operator {PublicApiTypeName.Of(method.ReturnType)}({Parameters(method)})";
            }
            else if (!method.IsSpecialName && !LeftOut.Contains(method.Name) && method.Name[0] != '<')
            {
                yield return $"{Access(method)}{Modifiers(method, type)}{PublicApiTypeName.Of(method.ReturnType)} "
                    + $"{method.Name}{TypeParameters(method)}({Parameters(method)})";
            }
        }
    }

    private static string Property(PropertyInfo property, Type type)
    {
        var getter = property.GetMethod is { } get && IsVisible(get) ? get : null;
        var setter = property.SetMethod is { } set && IsVisible(set) ? set : null;
        var widest = getter is null || setter is { IsPublic: true } ? setter! : getter;
        var accessors = new List<string>();
        if (getter is not null)
        {
            accessors.Add((widest.IsPublic && !getter.IsPublic ? "protected " : string.Empty) + "get;");
        }

        if (setter is not null)
        {
            var isInit = setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            accessors.Add((!setter.IsPublic ? "protected " : string.Empty) + (isInit ? "init;" : "set;"));
        }

        return $"{Access(widest)}{Modifiers(widest, type)}property {PublicApiTypeName.Of(property.PropertyType)} "
            + $"{property.Name} {{ {string.Join(" ", accessors)} }}";
    }

    private static string Modifiers(MethodInfo method, Type type)
    {
        if (method.IsStatic)
        {
            return "static ";
        }

        if (type.IsInterface || !method.IsVirtual)
        {
            return string.Empty;
        }

        if (method.IsAbstract)
        {
            return "abstract ";
        }

        var isOverride = method.GetBaseDefinition() != method;
        if (method.IsFinal)
        {
            return isOverride ? "override " : string.Empty;
        }

        return isOverride ? "override " : "virtual ";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public " : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsProtected(FieldInfo field) => field.IsFamily || field.IsFamilyOrAssembly;

    private static string TypeParameters(MethodInfo method)
        => method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>"
            : string.Empty;

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select((parameter, index) =>
        {
            var prefix = isExtension && index == 0 ? "this "
                : parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params " : string.Empty;
            return prefix + PublicApiTypeName.Of(parameter.ParameterType) + " " + parameter.Name + Default(parameter);
        }));
    }

    private static string Default(ParameterInfo parameter)
    {
        if (!parameter.HasDefaultValue)
        {
            return string.Empty;
        }

        return " = " + parameter.DefaultValue switch
        {
            null when parameter.ParameterType.IsValueType => "default",
            null => "null",
            bool value => value ? "true" : "false",
            string value => $"\"{value}\"",
            Enum value => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }
}
