using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Microsoft.DurableTask;

/// <summary>Why a task failed, in a form that can be stored and read where the exception type is not known.</summary>
/// <param name="ErrorType">The full name of the exception type.</param>
/// <param name="ErrorMessage">The message of the exception.</param>
/// <param name="StackTrace">Where it was thrown, when that is known.</param>
/// <param name="InnerFailure">What caused it, when there was a cause.</param>
/// <param name="Properties">Further values, when there are any.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    private Type? _exceptionType;

    /// <summary>Describes an exception and the chain of its causes.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The details; those of a recorded failure are given back as they were recorded.</returns>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Describe(exception);
    }

    /// <summary>
    /// Whether the failure was caused by an exception of a type or of one derived from it. Only the outermost failure
    /// is looked at, never <see cref="InnerFailure"/>.
    /// </summary>
    /// <typeparam name="T">The exception type.</typeparam>
    /// <returns><c>false</c> also when the recorded type cannot be found in this process.</returns>
    /// <exception cref="AmbiguousMatchException">Several loaded types have the recorded name.</exception>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        return IsCausedBy(typeof(T), Assembly.GetCallingAssembly());
    }

    /// <inheritdoc cref="IsCausedBy{T}"/>
    /// <param name="targetBaseExceptionType">The exception type.</param>
    /// <exception cref="ArgumentException">The type is not an exception type.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException(
                $"'{targetBaseExceptionType}' is not an exception type.", nameof(targetBaseExceptionType));
        }

        return IsCausedBy(targetBaseExceptionType, Assembly.GetCallingAssembly());
    }

    /// <summary>The type and the message.</summary>
    /// <returns>One line of text.</returns>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private static Type? FindLoadedType(string name)
    {
        var matches = AppDomain.CurrentDomain.GetAssemblies()
            .Select(assembly => assembly.GetType(name, throwOnError: false))
            .OfType<Type>()
            .Take(2)
            .ToList();

        return matches.Count > 1
            ? throw new AmbiguousMatchException($"Several loaded exception types are named '{name}'.")
            : matches.FirstOrDefault();
    }

    [return: NotNullIfNotNull(nameof(exception))]
    private static TaskFailureDetails? Describe(Exception? exception) => exception switch
    {
        null => null,
        RecordedFailureException recorded => recorded.Failure,
        _ => new TaskFailureDetails(
            exception.GetType().ToString(),
            exception.Message,
            exception.StackTrace,
            Describe(exception.InnerException),
            null),
    };

    private bool IsCausedBy(Type target, Assembly caller)
    {
        if (string.IsNullOrEmpty(ErrorType))
        {
            return false;
        }

        // Nearest first: the framework, the asked-for type's assembly, the caller's, at last everything loaded.
        _exceptionType ??= Type.GetType(ErrorType, throwOnError: false)
            ?? target.Assembly.GetType(ErrorType, throwOnError: false)
            ?? caller.GetType(ErrorType, throwOnError: false)
            ?? FindLoadedType(ErrorType);
        return _exceptionType is not null && target.IsAssignableFrom(_exceptionType);
    }
}
