using Aurora.LocalRuntime.Http;
using Microsoft.AspNetCore.Http;

namespace Aurora.LocalRuntime.Hosting.Invocation;

/// <summary>The items an invocation begins with.</summary>
internal static class TriggerItems
{
    public static IDictionary<object, object> Of(object trigger)
    {
        var items = new Dictionary<object, object>();
        if (trigger is HttpContext http)
        {
            items.Add(HttpContextItem.Key, http);
        }

        return items;
    }
}
