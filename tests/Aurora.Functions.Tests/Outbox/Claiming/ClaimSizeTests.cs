using Aurora.Functions.Outbox.Claiming;
using Xunit;

namespace Aurora.Functions.Tests.Outbox.Claiming;

public sealed class ClaimSizeTests
{
    [Fact]
    public void Rows_ClaimsComeBackFull_DoubleUpToEightBatches()
    {
        var size = new ClaimSize(25);

        Assert.Equal([25, 50, 100, 200, 200], Enumerable.Range(0, 5).Select(_ => Full(size)));
    }

    [Fact]
    public void Rows_ClaimsComeBackShort_ReturnToOneBatch()
    {
        var size = new ClaimSize(25);
        Grow(size);

        size.Observe(asked: 200, taken: 199);
        Assert.Equal(100, size.Rows);
        size.Observe(asked: 100, taken: 0);
        size.Observe(asked: 50, taken: 0);
        size.Observe(asked: 25, taken: 0);

        Assert.Equal(25, size.Rows);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(100, 500)]
    [InlineData(500, 500)]
    public void Rows_WhateverTheBatch_AreBounded(int batch, int most)
    {
        var size = new ClaimSize(batch);

        Grow(size);

        Assert.Equal(most, size.Rows);
    }

    [Fact]
    public void Observe_ClaimCutShortByTheRoom_ThatGotAllItAskedFor_CountsAsFull()
    {
        var size = new ClaimSize(25);

        size.Observe(asked: 3, taken: 3);

        Assert.Equal(50, size.Rows);
    }

    private static void Grow(ClaimSize size)
    {
        for (var claim = 0; claim < 12; claim++)
        {
            Full(size);
        }
    }

    private static int Full(ClaimSize size)
    {
        var rows = size.Rows;
        size.Observe(rows, rows);
        return rows;
    }
}
