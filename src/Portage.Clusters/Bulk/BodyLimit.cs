namespace Portage.Clusters.Bulk;

/// <summary>
/// How large a request may be, as the target's answers tell: half of what it refused (413) or left without an answer, never below a floor;
/// twice as much again once so many full requests in a row were taken. Each time that this turns out too much, it takes longer until the next try.
/// Thread-safe.
/// </summary>
internal sealed class BodyLimit
{
    /// <summary>What is refused below this size is split all the same, but the requests to come are not made smaller: a refusal need not have to do with size.</summary>
    public const int FloorBytes = 64 * 1024;

    private const int TakenFirst = 32;
    private const int TakenMost = 512;

    private readonly Lock _lock = new();
    private int _max = int.MaxValue;
    private int _taken;
    private int _needed = TakenFirst;
    private bool _hasGrown;
    private bool _wasTooSlow;

    /// <summary>Body bytes of the requests to come; the largest number where nothing was refused.</summary>
    public int Max => Volatile.Read(ref _max);

    /// <summary>Why requests are smaller than asked for; null where they are not.</summary>
    /// <param name="wanted">Body bytes that the user allows.</param>
    public string? WhySmaller(int wanted)
    {
        lock (_lock)
        {
            return _max >= wanted ? null
                : $"requests of at most {_max / 1024:N0} KiB, because the target {(_wasTooSlow ? "left larger ones without an answer in time" : "took no larger ones")}";
        }
    }

    /// <summary>The target refused a body, or did not answer in time.</summary>
    public void Refused(long bodyBytes, bool wasTooSlow)
    {
        lock (_lock)
        {
            _taken = 0;
            var half = (int)Math.Clamp(bodyBytes / 2, FloorBytes, int.MaxValue);
            if (half >= _max)
            {
                // One that was filled before, or one that is small enough.
                return;
            }

            _max = half;
            _wasTooSlow = wasTooSlow;
            _needed = _hasGrown ? Math.Min(TakenMost, _needed * 2) : _needed;
            _hasGrown = false;
        }
    }

    /// <summary>The target answered to a body.</summary>
    /// <param name="wanted">Body bytes that the user allows.</param>
    public void Taken(long bodyBytes, int wanted)
    {
        // Nearly always: nothing was refused. And a small one says nothing about the size.
        if (Max == int.MaxValue || bodyBytes < Max / 2)
        {
            return;
        }

        lock (_lock)
        {
            if (++_taken < _needed)
            {
                return;
            }

            _taken = 0;
            _hasGrown = true;

            // Bodies are never quite full, so that half of one is a little less than half of what is allowed.
            _max = _max * 2L > wanted * 3L / 4 ? int.MaxValue : _max * 2;
        }
    }
}
