using Aurora.LocalRuntime.Postgres.Cluster;

namespace Aurora.LocalRuntime.Postgres.Binaries;

/// <summary>A way to get server programs into a private directory without changing the machine.</summary>
internal interface IBinarySource
{
    /// <summary>Short name; also the name of its directory.</summary>
    string Name { get; }

    /// <summary>Whether the tools it needs are here.</summary>
    bool CanFetch();

    /// <summary>What an earlier fetch left, if it is complete.</summary>
    Task<PostgresBinaries?> FindAsync(string root, ServerAccount account, CancellationToken cancellation);

    /// <summary>Fetches into <paramref name="root"/>; answers null, or in one sentence why it did not work.</summary>
    Task<string?> FetchAsync(string root, int? major, CancellationToken cancellation);
}
