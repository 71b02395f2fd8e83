using System.Net;
using System.Text.Json;
using Aurora.LocalRuntime.Http;
using Aurora.TestKit.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Http;

/// <summary>Which key opens which function.</summary>
public sealed class FunctionKeyTests
{
    private const string NoKey = "";
    private const string WrongKey = "wrong";
    private const string FunctionKey = "function";
    private const string MasterKey = "master";

    [Theory]
    [InlineData("/open", NoKey, HttpStatusCode.OK)]
    [InlineData("/open", WrongKey, HttpStatusCode.OK)]
    [InlineData("/function", NoKey, HttpStatusCode.Unauthorized)]
    [InlineData("/function", WrongKey, HttpStatusCode.Unauthorized)]
    [InlineData("/function", FunctionKey, HttpStatusCode.OK)]
    [InlineData("/function", MasterKey, HttpStatusCode.OK)]
    [InlineData("/unstated", NoKey, HttpStatusCode.Unauthorized)]
    [InlineData("/unstated", FunctionKey, HttpStatusCode.OK)]
    [InlineData("/admin-only", FunctionKey, HttpStatusCode.Unauthorized)]
    [InlineData("/admin-only", MasterKey, HttpStatusCode.OK)]
    public async Task Function_ByLevelAndKey_OpensOrAnswers401WithoutBody(string path, string key, HttpStatusCode status)
    {
        await using var host = await FunctionTestHost.StartAsync(typeof(GuardedFunctions));
        var value = key switch { FunctionKey => host.FunctionKey, MasterKey => host.MasterKey, _ => key };
        using var byHeader = new HttpRequestMessage(HttpMethod.Get, path);
        byHeader.Headers.Add("x-functions-key", value);

        using var headerAnswer = await host.Client.SendAsync(byHeader);
        using var queryAnswer = await host.Client.GetAsync($"{path}?code={value}");

        Assert.Equal(status, headerAnswer.StatusCode);
        Assert.Equal(status, queryAnswer.StatusCode);
        Assert.Empty(await headerAnswer.Content.ReadAsStringAsync());
    }

    [Fact]
    public void ReadOrCreate_FirstAndSecondTime_MakesKeysOnceAndKeepsThem()
    {
        using var directory = new TemporaryDirectory();
        var first = new FunctionKeyFile(directory.Path);
        var second = new FunctionKeyFile(directory.Path);

        var made = first.ReadOrCreate();
        var found = second.ReadOrCreate();

        Assert.True(first.IsNew);
        Assert.False(second.IsNew);
        Assert.Equal((made.MasterKey, made.FunctionKey), (found.MasterKey, found.FunctionKey));
        Assert.NotEqual(made.MasterKey, made.FunctionKey);
        Assert.True(made.FunctionKey.Length >= 43);
    }

    [Fact]
    public void ReadOrCreate_OnUnix_LetsOnlyTheOwnerRead()
    {
        using var directory = new TemporaryDirectory();
        var file = new FunctionKeyFile(directory.Path);

        file.ReadOrCreate();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
        }

        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    public void ReadOrCreate_FileWithoutKeys_SaysWhatToDo(string content)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("keys.json", content);

        var error = Assert.ThrowsAny<Exception>(() => new FunctionKeyFile(directory.Path).ReadOrCreate());

        Assert.Contains("delete it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartUp_FirstTime_PrintsTheKeyAndLaterOnlyItsFile()
    {
        await using var host = await FunctionTestHost.StartAsync(
            new FunctionTestHostOptions
            {
                HostJson = """
                    { "version": "2.0", "extensions": { "localRuntime": { "example": { "path": "/function", "method": "POST", "body": "{\"a\":\"it's\"}" } } } }
                    """,
            },
            typeof(GuardedFunctions));

        var text = host.Output.ToString();

        Assert.Contains($"-H \"x-functions-key: {host.FunctionKey}\"", text, StringComparison.Ordinal);
        Assert.Contains("""-d '{"a":"it'\''s"}'""", text, StringComparison.Ordinal);
        Assert.Contains(host.KeyFile, text, StringComparison.Ordinal);
        Assert.Contains($"GuardedFunction: [GET] {host.Client.BaseAddress}api/function", text, StringComparison.Ordinal);
        var stored = JsonDocument.Parse(await File.ReadAllTextAsync(host.KeyFile)).RootElement;
        Assert.Equal(host.FunctionKey, stored.GetProperty("functionKeys").GetProperty("default").GetString());
    }

    public sealed class GuardedFunctions
    {
        [Function("open")]
        public void Open([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
        }

        [Function("GuardedFunction")]
        public void Function([HttpTrigger(AuthorizationLevel.Function, "get", Route = "function")] HttpRequest request)
        {
        }

        [Function("unstated")]
        public void Unstated([HttpTrigger("get")] HttpRequest request)
        {
        }

        [Function("admin-only")]
        public void Admin([HttpTrigger(AuthorizationLevel.Admin)] HttpRequest request)
        {
        }
    }
}
