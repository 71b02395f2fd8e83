using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds an activity given as a factory, called once for every call.</summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="factory">Makes the activity from the services of the call.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory)
    {
        ThrowIfNameless(name);
        ArgumentNullException.ThrowIfNull(factory);
        if (!_activities.TryAdd(name, factory))
        {
            throw new ArgumentException($"An activity named '{name}' is already registered.", nameof(name));
        }

        return this;
    }

    /// <summary>
    /// Adds an activity class under a name. An object is taken from the services, or made with them, for every call.
    /// </summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="type">The class; it implements <see cref="ITaskActivity"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class does not fit, or the name is empty or taken.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, Type type)
    {
        DurableTaskType.ThrowIfNotConcrete<ITaskActivity>(type);
        return AddActivity(
            name, services => (ITaskActivity)ActivatorUtilities.GetServiceOrCreateInstance(services, type));
    }

    /// <summary>
    /// Adds an activity class under the name of its attribute, else of the class. An object is taken from the services,
    /// or made with them, for every call.
    /// </summary>
    /// <param name="type">The class; it implements <see cref="ITaskActivity"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class does not fit, or the name is taken.</exception>
    public DurableTaskRegistry AddActivity(Type type)
    {
        DurableTaskType.ThrowIfNotConcrete<ITaskActivity>(type);
        return AddActivity(DurableTaskType.NameOf(type), type);
    }

    /// <summary>
    /// Adds an activity class under a name. An object is taken from the services, or made with them, for every call.
    /// </summary>
    /// <typeparam name="TActivity">The class.</typeparam>
    /// <param name="name">The name it is called by.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class is abstract, or the name is empty or taken.</exception>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity
        => AddActivity(name, typeof(TActivity));

    /// <summary>
    /// Adds an activity class under the name of its attribute, else of the class. An object is taken from the services,
    /// or made with them, for every call.
    /// </summary>
    /// <typeparam name="TActivity">The class.</typeparam>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class is abstract, or the name is taken.</exception>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity
        => AddActivity(typeof(TActivity));

    /// <summary>Adds one activity object, used for every call, under a name.</summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="activity">The activity; it must bear concurrent use.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(name, _ => activity);
    }

    /// <summary>Adds one activity object, used for every call, under the name of its class.</summary>
    /// <param name="activity">The activity; it must bear concurrent use.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public DurableTaskRegistry AddActivity(ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(DurableTaskType.NameOf(activity.GetType()), activity);
    }
}
