namespace Microsoft.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds an orchestrator given as a factory, called once for every execution and replay.</summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="factory">Makes the orchestrator.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<ITaskOrchestrator> factory)
    {
        ThrowIfNameless(name);
        ArgumentNullException.ThrowIfNull(factory);
        if (!_orchestrators.TryAdd(name, _ => factory()))
        {
            throw new ArgumentException($"An orchestrator named '{name}' is already registered.", nameof(name));
        }

        return this;
    }

    /// <summary>
    /// Adds an orchestrator class under a name. A new object without constructor arguments is made for every execution
    /// and replay.
    /// </summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="type">The class; it implements <see cref="ITaskOrchestrator"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class does not fit, or the name is empty or taken.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Type type)
    {
        DurableTaskType.ThrowIfNotConcrete<ITaskOrchestrator>(type);
        return AddOrchestrator(name, () => (ITaskOrchestrator)Activator.CreateInstance(type)!);
    }

    /// <summary>
    /// Adds an orchestrator class under the name of its attribute, else of the class. A new object without constructor
    /// arguments is made for every execution and replay.
    /// </summary>
    /// <param name="type">The class; it implements <see cref="ITaskOrchestrator"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class does not fit, or the name is taken.</exception>
    public DurableTaskRegistry AddOrchestrator(Type type)
    {
        DurableTaskType.ThrowIfNotConcrete<ITaskOrchestrator>(type);
        return AddOrchestrator(DurableTaskType.NameOf(type), type);
    }

    /// <summary>
    /// Adds an orchestrator class under a name. A new object without constructor arguments is made for every execution
    /// and replay.
    /// </summary>
    /// <typeparam name="TOrchestrator">The class.</typeparam>
    /// <param name="name">The name it is called by.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class is abstract, or the name is empty or taken.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator
        => AddOrchestrator(name, typeof(TOrchestrator));

    /// <summary>
    /// Adds an orchestrator class under the name of its attribute, else of the class. A new object without constructor
    /// arguments is made for every execution and replay.
    /// </summary>
    /// <typeparam name="TOrchestrator">The class.</typeparam>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The class is abstract, or the name is taken.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator
        => AddOrchestrator(typeof(TOrchestrator));

    /// <summary>Adds one orchestrator object, used for every execution and replay, under a name.</summary>
    /// <param name="name">The name it is called by.</param>
    /// <param name="orchestrator">The orchestrator; it must bear concurrent use.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(name, () => orchestrator);
    }

    /// <summary>
    /// Adds one orchestrator object, used for every execution and replay, under the name of its class.
    /// </summary>
    /// <param name="orchestrator">The orchestrator; it must bear concurrent use.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public DurableTaskRegistry AddOrchestrator(ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(DurableTaskType.NameOf(orchestrator.GetType()), orchestrator);
    }
}
