using System.Text.RegularExpressions;
using Aurora.TestKit;
using Xunit;

namespace Aurora.IntegrationTests.Infra;

/// <summary>The runbook's questions can be asked as they stand, by the role that may only read.</summary>
public sealed partial class RunbookSqlTests(DatabaseRolesFixture database) : IClassFixture<DatabaseRolesFixture>
{
    public static TheoryData<string> Statements() =>
        [.. Block().Matches(Repository.Read("infra/runbook.md"))
            .SelectMany(block => StatementEnd().Split(block.Groups["sql"].Value))
            .Select(statement => statement.Trim())
            .Where(statement => statement.Length > 0)];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Statement_OfTheRunbook_RunsAsTheReader(string statement) =>
        Assert.Null(await DatabaseRolesFixture.TryAsync(database.Reader, statement));

    [GeneratedRegex(@"```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex Block();

    [GeneratedRegex(@";[ \t]*(?:\n|$)", RegexOptions.CultureInvariant, 5_000)]
    private static partial Regex StatementEnd();
}
