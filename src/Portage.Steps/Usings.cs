// The step kind's folder, and so its namespace, is called Snapshot; the type of that name is called so here.
global using RepositorySnapshot = Portage.Snapshots.Repositories.Snapshot;
