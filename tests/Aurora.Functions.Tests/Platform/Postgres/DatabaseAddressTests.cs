using Aurora.Functions.Platform.Postgres;
using Npgsql;
using Xunit;

namespace Aurora.Functions.Tests.Platform.Postgres;

public sealed class DatabaseAddressTests
{
    [Fact]
    public void Translate_Uri_GivesEveryPart()
    {
        var translated = Translate("postgres://crm%40app:p%3Aa%2Fs%25s@db.example.com:6543/au%20rora?sslmode=require&application_name=x&connect_timeout=7");

        Assert.Equal("db.example.com", translated.Host);
        Assert.Equal(6543, translated.Port);
        Assert.Equal("crm@app", translated.Username);
        Assert.Equal("p:a/s%s", translated.Password);
        Assert.Equal("au rora", translated.Database);
        Assert.Equal(SslMode.Require, translated.SslMode);
        Assert.Equal("x", translated.ApplicationName);
        Assert.Equal(7, translated.Timeout);
    }

    [Theory]
    [InlineData("postgresql://localhost/aurora", "localhost", 5432, "aurora")]
    [InlineData("postgres://localhost", "localhost", 5432, null)]
    [InlineData("postgres://u@[::1]:5433/aurora", "::1", 5433, "aurora")]
    [InlineData("postgres:///aurora?host=/var/run/postgresql&port=5444", "/var/run/postgresql", 5444, "aurora")]
    [InlineData("  Host=h;Database=d  ", "h", 5432, "d")]
    public void Translate_Form_IsUnderstood(string address, string host, int port, string? database)
    {
        var translated = Translate(address);

        Assert.Equal(host, translated.Host);
        Assert.Equal(port, translated.Port);
        Assert.Equal(database, translated.Database);
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Translate_SslMode_IsMapped(string text, SslMode expected) =>
        Assert.Equal(expected, Translate($"postgres://h/d?sslmode={text}").SslMode);

    [Theory]
    [InlineData("sqlite:///./secret.db", "its scheme is 'sqlite'")]
    [InlineData("mysql://root:secret@h/d", "its scheme is 'mysql'")]
    [InlineData("postgres://u:secret@h/d?sslmode=maybe", "its sslmode is unknown")]
    [InlineData("postgres://u:secret@h/d?pgbouncer=true", "its parameter 'pgbouncer' is unknown")]
    [InlineData("postgres://u:secret@h/d?connect_timeout=soon", "connect_timeout")]
    [InlineData("postgres://u:secret@h:notaport/d", "not a valid URI")]
    [InlineData("Database=secret", "it names no host")]
    [InlineData("Host=h;Nonsense=secret", "not a valid connection string")]
    [InlineData("secret", "not a valid connection string")]
    public void Translate_Unusable_IsOneSentenceWithoutTheAddress(string address, string reason)
    {
        var translated = DatabaseAddress.TryTranslate(address, "DATABASE_URL", out _, out var error);

        Assert.False(translated);
        Assert.StartsWith("DATABASE_URL is not a usable PostgreSQL address", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    private static NpgsqlConnectionStringBuilder Translate(string address)
    {
        Assert.True(DatabaseAddress.TryTranslate(address, "DATABASE_URL", out var connectionString, out var error), error);
        return new NpgsqlConnectionStringBuilder(connectionString);
    }
}
