using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Aurora.LocalRuntime.Hosting.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Aurora.LocalRuntime.Hosting.Discovery;

/// <summary>Parameters of an HTTP function that are named in its route.</summary>
internal static class RouteValue
{
    /// <summary>The binder, or <see langword="null"/> when the route does not name the parameter or its type has no text form.</summary>
    public static Func<LocalFunctionContext, object?>? Binder(ParameterInfo parameter, RoutePattern pattern)
    {
        var name = pattern.GetParameter(parameter.Name!)?.Name;
        if (name is null)
        {
            return null;
        }

        var type = parameter.ParameterType;
        var target = Nullable.GetUnderlyingType(type) ?? type;
        var converter = target == typeof(string) ? null : TypeDescriptor.GetConverter(target);
        if (converter is not null && !converter.CanConvertFrom(typeof(string)))
        {
            return null;
        }

        var missing = parameter.HasDefaultValue
            ? parameter.DefaultValue
            : type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        return context => Convert(((HttpContext)context.Trigger).Request.RouteValues[name], converter, missing, name, target);
    }

    private static object? Convert(object? value, TypeConverter? converter, object? missing, string name, Type target)
    {
        var text = value as string ?? System.Convert.ToString(value, CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(text))
        {
            return missing;
        }

        if (converter is null)
        {
            return text;
        }

        try
        {
            return converter.ConvertFromInvariantString(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new InvalidOperationException($"The route value '{name}' is no {target.Name}.", e);
        }
    }
}
