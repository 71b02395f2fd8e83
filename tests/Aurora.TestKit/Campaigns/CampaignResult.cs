using System.Globalization;

namespace Aurora.TestKit.Campaigns;

/// <summary>What a campaign found; everything but the counts and times must be zero.</summary>
/// <param name="Sent">Requests posted, repeats included.</param>
/// <param name="Refused">Answers 503 with Retry-After.</param>
/// <param name="Accepted">Messages answered 200.</param>
/// <param name="Completed">Accepted messages that are COMPLETED with a decision.</param>
/// <param name="Doubled">Messages stored or decided more than once.</param>
/// <param name="Lost">Accepted messages without a decision, or not COMPLETED.</param>
/// <param name="OutOfOrder">Messages decided before an earlier one of the same sender.</param>
/// <param name="Unexpected">Answers other than 200 and 503 with Retry-After.</param>
/// <param name="Outages">How often something broke.</param>
/// <param name="Resumed">From each outage to the first decision after it.</param>
/// <param name="Starts">From the start of each new process, or of the server, until it was ready; part of the former.</param>
/// <param name="Slowest">The longest time from acceptance to completion, and the attempt that completed it.</param>
public sealed record CampaignResult(
    int Sent,
    int Refused,
    int Accepted,
    int Completed,
    int Doubled,
    int Lost,
    int OutOfOrder,
    IReadOnlyList<string> Unexpected,
    int Outages,
    IReadOnlyList<TimeSpan> Resumed,
    IReadOnlyList<TimeSpan> Starts,
    (TimeSpan Took, int Attempt) Slowest)
{
    public bool HeldEverything => Doubled == 0 && Lost == 0 && OutOfOrder == 0 && Unexpected.Count == 0 && Completed == Accepted
        && Resumed.Count == Outages;

    public override string ToString()
    {
        var resumed = Resumed.Count == 0
            ? ""
            : $"; outage to first decision ({Resumed.Count} of {Outages} timed): {Spread(Resumed)}";
        var starts = Starts.Count == 0 ? "" : $"; of that start to ready: {Spread(Starts)}";
        var strange = Unexpected.Count == 0 ? "" : $"; unexpected answers: {string.Join(" | ", Unexpected.Take(5))}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"sent {Sent}, refused {Refused}, accepted {Accepted}, completed {Completed}, doubled {Doubled}, lost {Lost}, out of order {OutOfOrder}{resumed}{starts}; slowest message {Slowest.Took.TotalSeconds:0.00} s in attempt {Slowest.Attempt}{strange}");
    }

    private static string Spread(IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Select(static time => time.TotalSeconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"median {sorted[sorted.Count / 2]:0.00} s, worst {sorted[^1]:0.00} s");
    }
}
