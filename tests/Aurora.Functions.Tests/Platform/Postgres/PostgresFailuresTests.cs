using System.Net.Sockets;
using Aurora.Functions.Platform.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Postgres;

public sealed class PostgresFailuresTests
{
    [Theory]
    [InlineData("40001", true, false)]
    [InlineData("40P01", true, false)]
    [InlineData("57P01", false, true)]
    [InlineData("57P03", false, true)]
    [InlineData("53300", false, true)]
    [InlineData("08006", false, true)]
    [InlineData("57014", false, true)]
    [InlineData("22P05", false, false)]
    [InlineData("22003", false, false)]
    [InlineData("23505", false, false)]
    public void Failure_OfTheServer_IsSortedByItsCode(string state, bool conflict, bool unavailable)
    {
        var failure = new PostgresException("refused", "ERROR", "ERROR", state);

        Assert.Equal(conflict, PostgresFailures.IsConflict(failure));
        Assert.Equal(unavailable, PostgresFailures.IsUnavailable(failure));
    }

    [Fact]
    public void Failure_OfTheConnection_IsUnavailable()
    {
        Assert.True(PostgresFailures.IsUnavailable(new NpgsqlException("broken")));
        Assert.True(PostgresFailures.IsUnavailable(new SocketException()));
        Assert.True(PostgresFailures.IsUnavailable(new TimeoutException()));
        Assert.True(PostgresFailures.IsUnavailable(new WriterOverloadedException("full")));
        Assert.False(PostgresFailures.IsUnavailable(new InvalidOperationException("a bug")));
    }
}
