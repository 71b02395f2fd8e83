using Aurora.Functions.Ingest;
using Aurora.TestKit.Postgres;
using Xunit;

namespace Aurora.IntegrationTests.Ingest;

/// <summary>A database for each test and the accepting road on it, as often as a test wants it; all gone at its end.</summary>
public abstract class IngestTests : IAsyncLifetime
{
    private readonly List<IngestStack> _opened = [];
    private TestDatabase? _database;
    private IngestStack? _stack;

    protected TestDatabase Database => _database ?? throw new InvalidOperationException("The test has not begun.");

    private protected IngestStack Stack => _stack ??= OpenStacks(1)[0];

    public virtual async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (var stack in _opened)
        {
            await stack.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    /// <summary>The road as often as there would be processes, so that commits race as well as requests.</summary>
    private protected IngestStack[] OpenStacks(int count, Action<IngestOptions>? configure = null)
    {
        var stacks = Enumerable.Range(0, count).Select(_ => new IngestStack(Database, configure: configure)).ToArray();
        _opened.AddRange(stacks);
        return stacks;
    }

    protected async Task<int> CountAsync(string table) =>
        (int)await Database.ScalarAsync<long>($"SELECT count(*) FROM {table}");
}
