namespace Aurora.TestKit.Campaigns;

/// <summary>How large a campaign is: a short one in every test run, the full one when <c>AURORA_CAMPAIGN=full</c>.</summary>
/// <param name="Senders">Senders that post at the same time, each one message after the other.</param>
/// <param name="Messages">Messages in all.</param>
/// <param name="Disturbances">Kills, restarts, cuts.</param>
public sealed record CampaignScale(int Senders, int Messages, int Disturbances)
{
    /// <summary>Whether campaigns run at full size.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("AURORA_CAMPAIGN") == "full";

    public static CampaignScale Current { get; } =
        IsFull
            ? new CampaignScale(Senders: 40, Messages: 2_000, Disturbances: 20)
            : new CampaignScale(Senders: 20, Messages: 400, Disturbances: 3);

    /// <summary>The seed of every random moment: <c>AURORA_CAMPAIGN_SEED</c>, else a new one; it is printed.</summary>
    public static int Seed { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("AURORA_CAMPAIGN_SEED"),
            System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture,
            out var given)
            ? given
            : Random.Shared.Next();
}
