namespace Portage.Steps.Tests.Killing;

/// <summary>A process of one thread in virtual time, that dies at a given moment: nothing of it goes on from there.</summary>
/// <param name="diesAt">Which of its moments is the last, counted from 1; 0 lets it live.</param>
internal sealed class KillableProcess(int diesAt)
{
    private readonly Queue<(ProcessContext Process, SendOrPostCallback Callback, object? State)> _queue = new();
    private ProcessContext? _context;

    /// <summary>Its clock.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>What happened at each of its moments.</summary>
    public List<string> Moments { get; } = [];

    /// <summary>Lets a moment pass, or the process end at it.</summary>
    public Task PassAsync(string what)
    {
        Moments.Add(what);
        if (Moments.Count != diesAt)
        {
            return Task.CompletedTask;
        }

        _context!.IsDead = true;
        return new TaskCompletionSource().Task;
    }

    /// <summary>Does something until it is done or the process is dead; null when it is dead.</summary>
    public T? Do<T>(Func<Task<T>> work)
        where T : class
    {
        _context = new(_queue);
        var doing = default(Task<T>);
        _context.Do(() => doing = work());
        while (!doing!.IsCompleted && !_context.IsDead)
        {
            if (_queue.TryDequeue(out var next))
            {
                next.Process.Do(() => next.Callback(next.State));
            }
            else if (!Time.Advance())
            {
                throw new InvalidOperationException($"The process waits for nothing that could come. Its last moments:\n{string.Join('\n', Moments.TakeLast(5))}");
            }
        }

        return _context.IsDead ? null : doing.GetAwaiter().GetResult();
    }
}

/// <summary>Carries requests to the sandbox; each is a moment before it is carried out and one before its answer arrives.</summary>
internal sealed class KillingTransport(HttpMessageHandler sandbox, KillableProcess process) : DelegatingHandler(sandbox)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Others of the process come in between, as on a network. The sandbox lives on when the process is dead.
        await Task.Yield();
        var what = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        await process.PassAsync($"before {what}");
        var response = await base.SendAsync(request, cancellationToken);
        await process.PassAsync($"after {what}");
        return response;
    }
}
