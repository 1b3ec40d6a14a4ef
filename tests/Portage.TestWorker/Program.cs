using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.TestWorker;

// worker FOLDER TOKEN, as the controller starts it.
var secrets = new LocalSecrets(new Home(args[1]), static _ => null);
var host = new WorkerHost(new Dictionary<StepKind, IStep> { [StepKind.Backfill] = new ToldStep() }, secrets, TimeProvider.System, NullLogger.Instance);
return await host.RunAsync(args[1], long.Parse(args[2], provider: null), CancellationToken.None);
