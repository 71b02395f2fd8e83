using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Aurora.Benchmarks.Reporting;

/// <summary>The table a run prints: what, measured, reference, ratio, target, met; with machine and date.</summary>
internal sealed class Report(string title)
{
    private static readonly string[] Heads = ["what", "measured", "reference", "ratio", "target", "met"];
    private readonly List<string[]> _rows = [];
    private readonly List<string> _notes = [];

    /// <summary>A figure with a target of its own; <paramref name="met"/> is null when there is no target.</summary>
    public void Add(string what, string measured, string reference = "", string ratio = "", string target = "", bool? met = null)
    {
        var word = met switch { true => "yes", false => "NO", null => "" };
        _rows.Add([what, measured, reference, ratio, target, word]);
        Console.Error.WriteLine($"  {what}: {measured} {reference} {ratio} {word}");
    }

    public void Note(string note) => _notes.Add(note);

    public string Print()
    {
        var widths = Heads.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, {Machine()}").AppendLine();
        text.AppendLine(Line(Heads, widths));
        text.AppendLine("|" + string.Join("|", widths.Select(width => new string('-', width + 2))) + "|");
        foreach (var row in _rows)
        {
            text.AppendLine(Line(row, widths));
        }

        foreach (var note in _notes)
        {
            text.AppendLine().AppendLine(note);
        }

        return text.ToString();
    }

    public static string PerSecond(double rate) => rate.ToString("#,0", CultureInfo.InvariantCulture) + "/s";

    public static string Times(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + "x";

    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("#,0.0", CultureInfo.InvariantCulture) + " ms";

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";

    public static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("#,0", CultureInfo.InvariantCulture) + " MB";

    private static string Line(IReadOnlyList<string> cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((cell, column) => cell.PadRight(widths[column]))) + " |";

    private static string Machine()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var memory = Megabytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        return $"{Environment.ProcessorCount} cores{(processor is null ? "" : $" ({processor})")}, {memory}, {RuntimeInformation.OSDescription}, .NET {Environment.Version}";
    }
}
