using System.Globalization;
using Aurora.LocalRuntime.Postgres;
using Aurora.LocalRuntime.Postgres.Binaries;
using Aurora.LocalRuntime.Postgres.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Postgres.Binaries;

public sealed class BinaryLocatorTests : IDisposable
{
    private readonly ServerDirectory _directory = new();
    private readonly List<string> _asked = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Find_SeveralOnTheMachine_TakesTheFirstThatIsCompleteAndNewEnough()
    {
        var missing = Path.Combine(_directory.Path, "missing");
        var incomplete = Programs("incomplete", 17);
        File.Delete(Path.Combine(incomplete, "initdb"));
        var tooOld = Programs("old", 13);
        var broken = Programs("broken", 16);
        await File.WriteAllTextAsync(Path.Combine(broken, "postgres"), "#!/bin/sh\nexit 1\n");
        var good = Programs("good", 15);
        var alsoGood = Programs("later", 17);

        var found = await FindAsync([missing, incomplete, tooOld, broken, good, alsoGood], [], major: null);

        Assert.Equal(good, found.Directory);
        Assert.Equal(15, found.Major);
        Assert.Equal("15.3", found.Version);
    }

    [Fact]
    public async Task Find_ClusterOfAnotherVersionExists_TakesTheProgramsThatFitIt()
    {
        var found = await FindAsync([Programs("new", 17), Programs("fits", 15)], [], major: 15);

        Assert.Equal(15, found.Major);
    }

    [Fact]
    public async Task Find_OnlyAnotherVersion_SaysWhichIsNeeded()
    {
        var machine = Programs("new", 17);

        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => FindAsync([machine], [], major: 15));

        Assert.Contains("Install PostgreSQL 15", error.Message, StringComparison.Ordinal);
        Assert.Contains("17.3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NothingOnTheMachine_AsksTheSourcesInOrderAndStopsAtTheFirst()
    {
        var programs = Programs("fetched", 16);
        FakeSource[] sources =
        [
            new("cannot", _asked) { CanFetch = false },
            new("fails", _asked) { Problem = "no network" },
            new("works", _asked) { Programs = programs },
            new("never", _asked) { Programs = programs },
        ];

        var found = await FindAsync([], sources, major: null);

        Assert.Equal(programs, found.Directory);
        Assert.Equal(["fails", "works"], _asked);
    }

    [Fact]
    public async Task Find_FetchedBefore_IsNotFetchedAgain()
    {
        var source = new FakeSource("works", _asked) { Programs = Programs("fetched", 16), IsThere = true };

        await FindAsync([], [source], major: null);

        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Find_NothingAnywhere_OneErrorSaysWhatToInstallAndWhatWasTried()
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => FindAsync([], [new FakeSource("apt", _asked) { Problem = "no network" }], major: null));

        Assert.Contains("Install PostgreSQL 14 or newer", error.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Aurora", error.Message, StringComparison.Ordinal);
        Assert.Contains("apt: no network", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MachineDirectories_Default_PathComesFirst()
    {
        var locator = new BinaryLocator(null!, NullLogger.Instance);
        var path = ExecutablePath.Directories().ToArray();

        Assert.Equal(path, locator.MachineDirectories.Take(path.Length));
        Assert.Equal(["debian", "npm"], locator.Sources.Select(s => s.Name));
    }

    [Fact]
    public void Versioned_SeveralVersions_NewestFirst()
    {
        foreach (var version in new[] { "9.6", "15", "17", "common" })
        {
            Directory.CreateDirectory(Path.Combine(_directory.Path, "lib", version));
        }

        var found = BinaryLocator.Versioned(Path.Combine(_directory.Path, "lib"), "bin")
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)));

        Assert.Equal(["17", "15", "9.6"], found);
    }

    private async Task<PostgresBinaries> FindAsync(IReadOnlyList<string> machine, IReadOnlyList<IBinarySource> sources, int? major)
    {
        var account = await ServerAccount.ForCurrentUserAsync(CancellationToken.None);
        var locator = new BinaryLocator(account, NullLogger.Instance) { MachineDirectories = machine, Sources = sources };
        return await locator.FindAsync(_directory.Path, major, CancellationToken.None);
    }

    /// <summary>A directory with programs that only tell their version.</summary>
    private string Programs(string name, int major)
    {
        var directory = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(directory);
        foreach (var tool in new[] { "initdb", "pg_ctl", "postgres" })
        {
            var file = Path.Combine(directory, tool);
            File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"#!/bin/sh\necho '{tool} (PostgreSQL) {major}.3 (made up)'\n"));
            ServerDirectory.AllowEveryone(file);
        }

        return directory;
    }

    private sealed class FakeSource(string name, List<string> asked) : IBinarySource
    {
        public string Name => name;

        public bool CanFetch { get; init; } = true;

        public string? Problem { get; init; }

        public string? Programs { get; init; }

        public bool IsThere { get; set; }

        bool IBinarySource.CanFetch() => CanFetch;

        public async Task<PostgresBinaries?> FindAsync(string root, ServerAccount account, CancellationToken cancellation) =>
            IsThere ? await PostgresBinaries.InspectAsync(Programs!, null, account, cancellation) : null;

        public Task<string?> FetchAsync(string root, int? major, CancellationToken cancellation)
        {
            asked.Add(name);
            IsThere = Problem is null;
            return Task.FromResult(Problem);
        }
    }
}
