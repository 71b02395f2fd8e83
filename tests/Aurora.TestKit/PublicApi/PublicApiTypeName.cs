namespace Aurora.TestKit.PublicApi;

/// <summary>Writes type names as <c>functions-public-api.txt</c> does.</summary>
internal static class PublicApiTypeName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsByRef)
        {
            return "ref " + Of(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Of(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        return type.IsGenericParameter ? type.Name : OfNamed(type);
    }

    private static string OfNamed(Type type)
    {
        // A nested type repeats its outer type's arguments before its own.
        var outerCount = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var arguments = type.GetGenericArguments();
        var own = arguments.Skip(outerCount).Select(Of).ToList();
        var simple = type.Name.Split('`')[0] + (own.Count == 0 ? string.Empty : $"<{string.Join(", ", own)}>");
        if (type.DeclaringType is null)
        {
            return type.Namespace is null ? simple : $"{type.Namespace}.{simple}";
        }

        var outer = type.DeclaringType;
        if (outerCount > 0 && !type.IsGenericTypeDefinition)
        {
            outer = outer.MakeGenericType(arguments[..outerCount]);
        }

        return $"{Of(outer)}.{simple}";
    }
}
