namespace Portage.Engine.Ports;

/// <summary>More processes for one step, beside its worker. They live no longer than the worker does, and write nothing that the step remembers.</summary>
public interface IHelpers
{
    /// <summary>Starts one, in which <see cref="IHelped.HelpAsync"/> is called.</summary>
    /// <exception cref="StepException">It cannot be started.</exception>
    IHelper Start();
}

/// <summary>A process that helps. Disposing ends it at once, and returns when it is gone.</summary>
public interface IHelper : IAsyncDisposable
{
    /// <summary>Its number.</summary>
    int Process { get; }

    /// <summary>What it is told. When this end closes, as it does when this process dies, it stops before it writes to a cluster again.</summary>
    Stream To { get; }

    /// <summary>What it says; ends when it does, however that happens.</summary>
    Stream From { get; }
}

/// <summary>A step whose work can be shared among several processes.</summary>
public interface IHelped
{
    /// <summary>Helps the worker of the step, until that says that it is over, or is gone.</summary>
    /// <param name="context">As for the run; what the step remembers is only read.</param>
    /// <param name="from">What the worker says.</param>
    /// <param name="to">What is said to the worker.</param>
    Task HelpAsync(RunContext context, Stream from, Stream to, CancellationToken cancellationToken);
}
