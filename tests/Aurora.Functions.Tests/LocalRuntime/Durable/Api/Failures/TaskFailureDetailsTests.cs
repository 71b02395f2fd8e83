using Microsoft.DurableTask;
using Xunit;

namespace Aurora.Functions.Tests.LocalRuntime.Durable.Api.Failures;

public sealed class TaskFailureDetailsTests
{
    [Fact]
    public void FromException_Chain_IsDescribedToItsEnd()
    {
        var details = TaskFailureDetails.FromException(new InvalidOperationException("outer", new CustomException("inner")));

        Assert.Equal(typeof(InvalidOperationException).FullName, details.ErrorType);
        Assert.Equal("outer", details.ErrorMessage);
        Assert.Equal("inner", details.InnerFailure!.ErrorMessage);
        Assert.Null(details.InnerFailure.InnerFailure);
        Assert.Equal("System.InvalidOperationException: outer", details.ToString());
    }

    [Fact]
    public void IsCausedBy_OutermostType_DecidesAlone()
    {
        var details = TaskFailureDetails.FromException(new InvalidOperationException("outer", new CustomException("inner")));

        Assert.True(details.IsCausedBy<InvalidOperationException>(), "its own type");
        Assert.True(details.IsCausedBy<SystemException>(), "a base of it");
        Assert.False(details.IsCausedBy<CustomException>(), "the inner failure does not count");
        Assert.True(details.InnerFailure!.IsCausedBy<CustomException>(), "unless it is asked itself");
        Assert.Throws<ArgumentException>(() => details.IsCausedBy(typeof(string)));
    }

    [Fact]
    public void IsCausedBy_UnknownType_IsFalse()
    {
        Assert.False(new TaskFailureDetails("No.Such.Type", "m", null, null, null).IsCausedBy<Exception>(), "nobody knows it");
        Assert.False(new TaskFailureDetails(string.Empty, "m", null, null, null).IsCausedBy<Exception>(), "nor this one");
    }

    [Fact]
    public void TaskFailedException_EitherForm_SaysTaskNumberAndReason()
    {
        var thrown = new TaskFailedException("Score", 4, new CustomException("why"));
        var recorded = new TaskFailedException("Score", 4, thrown.FailureDetails);

        Assert.Equal("Task 'Score' (#4) failed with an unhandled exception: why", thrown.Message);
        Assert.Equal(thrown.Message, recorded.Message);
        Assert.Equal("Score", recorded.TaskName);
        Assert.Equal(4, recorded.TaskId);
        Assert.Equal(typeof(CustomException).FullName, recorded.FailureDetails.ErrorType);
    }

    private sealed class CustomException(string message) : Exception(message);
}
