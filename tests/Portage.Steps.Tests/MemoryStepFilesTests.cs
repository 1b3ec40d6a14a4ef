using Portage.Conformance;
using Portage.Engine.Ports;

namespace Portage.Steps.Tests;

public sealed class MemoryStepFilesTests : StepFilesKit
{
    private readonly MemoryDisk _disk = new();

    protected override IStepFiles Open(string step) => new MemoryStepFiles(_disk, step);
}
