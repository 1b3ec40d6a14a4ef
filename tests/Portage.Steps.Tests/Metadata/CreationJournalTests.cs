using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

public sealed class CreationJournalTests : IDisposable
{
    private static readonly ObjectName Logs = new(ObjectKind.Index, "logs");
    private static readonly ObjectName Errors = new(ObjectKind.Alias, "errors", "logs");
    private readonly TempFolder _folder = new();

    [Fact]
    public void Open_NothingWasCreated_IsEmptyAndMakesNothing()
    {
        Assert.Empty(CreationJournal.Open(_folder["work"]).Created);
        Assert.False(Directory.Exists(_folder["work"]));
    }

    [Fact]
    public void Open_AfterAdditions_HasThemInOrder()
    {
        var journal = CreationJournal.Open(_folder["work"]);
        journal.Add(Logs);
        journal.Add(Errors);
        Assert.Equal([Logs, Errors], CreationJournal.Open(_folder["work"]).Created);
    }

    [Fact]
    public void Open_OneWasTakenBack_HasTheOthers()
    {
        var journal = CreationJournal.Open(_folder["work"]);
        journal.Add(Logs);
        journal.Add(Errors);
        journal.TakeBack(Logs);
        Assert.Equal([Errors], journal.Created);
        Assert.Equal([Errors], CreationJournal.Open(_folder["work"]).Created);
    }

    [Fact]
    public void Open_LastLineWasCutOff_IgnoresItAndGoesOnBehindTheOthers()
    {
        CreationJournal.Open(_folder["work"]).Add(Logs);
        File.AppendAllText(_folder["work/created.jsonl"], """{"kind":"Alias","na""");
        CreationJournal.Open(_folder["work"]).Add(Errors);
        Assert.Equal([Logs, Errors], CreationJournal.Open(_folder["work"]).Created);
    }

    [Fact]
    public void Delete_AfterAdditions_ForgetsThem()
    {
        var journal = CreationJournal.Open(_folder["work"]);
        journal.Add(Logs);
        journal.Delete();
        Assert.Empty(journal.Created);
        Assert.Empty(CreationJournal.Open(_folder["work"]).Created);
    }

    public void Dispose() => _folder.Dispose();
}
