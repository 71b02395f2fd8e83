namespace Aurora.LocalRuntime.Postgres.Cluster;

/// <summary>Locks between processes on a file. The system releases them when the holder dies, however it dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The lock for one holder, or null when it is taken.</summary>
    public static FileStream? TryExclusive(string path) => TryOpen(path, FileAccess.ReadWrite, FileShare.None);

    /// <summary>The lock for one holder; waits for it.</summary>
    public static async Task<FileStream> ExclusiveAsync(string path, Action whenWaiting, CancellationToken cancellation)
    {
        var told = false;
        while (true)
        {
            if (TryExclusive(path) is { } held)
            {
                return held;
            }

            if (!told)
            {
                whenWaiting();
                told = true;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    /// <summary>The lock for many holders; waits for an exclusive one to be given up.</summary>
    public static async Task<FileStream> SharedAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            if (!File.Exists(path))
            {
                TryExclusive(path)?.Dispose();
            }

            if (TryOpen(path, FileAccess.Read, FileShare.Read) is { } held)
            {
                return held;
            }

            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    private static FileStream? TryOpen(string path, FileAccess access, FileShare share)
    {
        try
        {
            var mode = access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate;
            return new FileStream(path, mode, access, share, bufferSize: 1);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            return null;
        }
    }
}
