using Microsoft.Extensions.Options;

namespace Aurora.Functions.Platform;

/// <summary>Gathers what is wrong with a slice's settings, so that one start names all of it.</summary>
/// <param name="section">Put before each sentence.</param>
/// <param name="known">What was wrong before: settings that could not be read at all.</param>
internal sealed class SettingProblems(string section = "", IEnumerable<string>? known = null)
{
    private readonly List<string> _sentences = [.. known ?? []];

    /// <summary>The verdict.</summary>
    public ValidateOptionsResult Result =>
        _sentences.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_sentences);

    /// <summary>Notes <paramref name="otherwise"/>, a sentence, unless the rule holds.</summary>
    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _sentences.Add(section + otherwise);
        }
    }
}
