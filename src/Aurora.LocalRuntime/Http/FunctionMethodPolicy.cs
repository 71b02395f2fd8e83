using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Aurora.LocalRuntime.Http;

/// <summary>
/// A function whose methods do not include the request's is no match at all: the request goes to the next route that fits, else it is 404,
/// as the Functions host answers (ASP.NET Core alone would say 405).
/// </summary>
internal sealed class FunctionMethodPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<Methods>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i)
                && candidates[i].Endpoint?.Metadata.GetMetadata<Methods>()?.Include(httpContext.Request.Method) == false)
            {
                candidates.SetValidity(i, value: false);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The methods of one function; all when it names none.</summary>
    internal sealed class Methods(string[]? names)
    {
        private readonly string[] _names = names ?? [];

        public bool Include(string method)
        {
            if (_names.Length == 0)
            {
                return true;
            }

            foreach (var name in _names)
            {
                if (string.Equals(name, method, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        public bool Overlap(Methods other) =>
            _names.Length == 0 || other._names.Length == 0 || _names.Any(other.Include);

        public override string ToString() =>
            _names.Length == 0 ? "any method" : string.Join(", ", _names.Select(name => name.ToUpperInvariant()));
    }
}
