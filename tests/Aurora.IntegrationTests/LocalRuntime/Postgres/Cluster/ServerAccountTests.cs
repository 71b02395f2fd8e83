using Aurora.LocalRuntime.Postgres;
using Aurora.LocalRuntime.Postgres.Cluster;
using Xunit;

namespace Aurora.IntegrationTests.LocalRuntime.Postgres.Cluster;

public sealed class ServerAccountTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Choose_NotRoot_RunsAsTheUserItself()
    {
        var account = await ServerAccount.ChooseAsync(isRoot: false, _ => true, CancellationToken.None);

        Assert.Null(account.Name);
        Assert.Equal(["initdb", "-D", "x"], account.Wrap(["initdb", "-D", "x"]));
    }

    [Fact]
    public async Task Choose_RootWithoutAnyTool_SaysWhatIsNeeded()
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => ServerAccount.ChooseAsync(isRoot: true, _ => false, CancellationToken.None));

        Assert.Contains("refuses to run as root", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setpriv")]
    [InlineData("runuser")]
    [InlineData("su")]
    public async Task Choose_RootWithOneTool_RunsCommandsAsAnotherUserWithTheirArgumentsWhole(string tool)
    {
        if (!Environment.IsPrivilegedProcess || !ServerAccount.IsOnPath(tool))
        {
            // Only root may become another user: then there is nothing to choose.
            return;
        }

        var account = await ServerAccount.ChooseAsync(isRoot: true, t => t == tool, CancellationToken.None);
        var user = await account.RunAsync(["id", "-un"], "/", Quick, CancellationToken.None);
        var echoed = await account.RunAsync(["printf", "%s|", "a b", "it's", "$HOME"], "/", Quick, CancellationToken.None);

        Assert.Contains(account.Name, new[] { "postgres", "nobody" });
        Assert.Equal(account.Name, user.Output);
        Assert.Equal("a b|it's|$HOME|", echoed.Output);
    }

    [Fact]
    public async Task CanEnter_DirectoryOfRootOnly_IsNo()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var account = await ServerAccount.ForCurrentUserAsync(CancellationToken.None);
        using var closed = new ServerDirectory(privately: true);
        using var open = new ServerDirectory();
        Directory.CreateDirectory(closed.Path);
        Directory.CreateDirectory(open.Path);

        Assert.False(await account.CanEnterAsync(closed.Path, CancellationToken.None));
        Assert.True(await account.CanEnterAsync(open.Path, CancellationToken.None));
    }
}
