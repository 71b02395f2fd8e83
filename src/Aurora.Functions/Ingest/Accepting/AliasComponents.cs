namespace Aurora.Functions.Ingest.Accepting;

/// <summary>
/// The aliases of a batch, grouped by person: forms that occur in one message belong together, also across messages. Each
/// group proposes the canonical id it gets when none of its forms is known.
/// </summary>
internal sealed class AliasComponents
{
    private readonly Dictionary<(string Tenant, string Family, string Alias), int> _places = [];
    private readonly List<int> _parents = [];
    private readonly List<string> _proposed = [];

    public AliasComponents(IEnumerable<SenderAliases> senders)
    {
        foreach (var sender in senders)
        {
            var first = PlaceOf(sender, sender.Forms[0]);
            for (var i = 1; i < sender.Forms.Count; i++)
            {
                var (a, b) = (Root(first), Root(PlaceOf(sender, sender.Forms[i])));

                // The earlier one wins: its proposal came with the earlier message.
                _parents[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        var order = _places.Keys.ToArray();
        Tenants = Array.ConvertAll(order, k => k.Tenant);
        Families = Array.ConvertAll(order, k => k.Family);
        Aliases = Array.ConvertAll(order, k => k.Alias);
        Components = Array.ConvertAll(order, k => Root(_places[k]));
        Proposed = Array.ConvertAll(Components, c => _proposed[c]);
        Keys = Array.ConvertAll(order, k => ContactIdentityRules.LockFor(k.Tenant, k.Family, k.Alias));
    }

    public string[] Tenants { get; }

    public string[] Families { get; }

    public string[] Aliases { get; }

    public int[] Components { get; }

    public string[] Proposed { get; }

    public long[] Keys { get; }

    private int PlaceOf(SenderAliases sender, string alias)
    {
        var key = (sender.TenantId, sender.Family, alias);
        if (!_places.TryGetValue(key, out var place))
        {
            _places[key] = place = _parents.Count;
            _parents.Add(place);
            _proposed.Add(alias);
        }

        return place;
    }

    private int Root(int place)
    {
        while (_parents[place] != place)
        {
            place = _parents[place];
        }

        return place;
    }
}
