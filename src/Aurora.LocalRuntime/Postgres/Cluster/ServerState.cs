using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>What is remembered of the private server between runs. The file is readable by its owner only.</summary>
internal sealed record ServerState(int Port, string Password)
{
    private const string User = "aurora";

    /// <summary>The database the app uses.</summary>
    public const string Database = "aurora";

    /// <summary>A new port and password.</summary>
    public static ServerState Create() => new(FreePort(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));

    /// <summary>The remembered state, or null when there is none or it cannot be read.</summary>
    public static ServerState? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), ServerStateJson.Default.ServerState);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file at once, so that a crash leaves the old or the new one.</summary>
    public void Write(string file)
    {
        var fresh = file + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(fresh, options))
        {
            JsonSerializer.Serialize(stream, this, ServerStateJson.Default.ServerState);
        }

        File.Move(fresh, file, overwrite: true);
    }

    /// <summary>The connection string of one of the server's databases.</summary>
    public string ConnectionString(string database = Database) => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Port,
        Username = User,
        Password = Password,
        Database = database,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>The administrator's name, given to initdb.</summary>
    public static string Administrator => User;

    /// <summary>A loopback port nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether the remembered port can be used again.</summary>
    public bool PortIsFree()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, Port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>Generated serializer of the remembered state.</summary>
[JsonSerializable(typeof(ServerState))]
internal sealed partial class ServerStateJson : JsonSerializerContext;
