using Aurora.Functions.Platform.Postgres;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Postgres;

public sealed class MigrationTests
{
    [Fact]
    public void All_Embedded_AreNumberedWithoutGaps() =>
        Assert.Equal(Enumerable.Range(1, Migration.All.Count), Migration.All.Select(m => m.Version));

    [Fact]
    public void Checksum_OtherLineEnds_IsTheSame() =>
        Assert.Equal(new Migration(1, "a", "x\ny\n").Checksum, new Migration(1, "a", "x\r\ny\r\n").Checksum);

    [Fact]
    public void InOrder_TwoOfOneNumber_AreRefused()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Migration.InOrder([new(2, "b", ""), new(1, "a", ""), new(2, "c", "")]));

        Assert.Contains("0002: b and c", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_AnyChange_Changes()
    {
        Migration[] before = [new(1, "a", "select 1")];

        Assert.Equal(Migration.Fingerprint(before), Migration.Fingerprint([new(1, "a", "select 1")]));
        Assert.NotEqual(Migration.Fingerprint(before), Migration.Fingerprint([new(1, "a", "select 2")]));
    }
}
