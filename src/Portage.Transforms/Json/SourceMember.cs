namespace Portage.Transforms.Json;

/// <summary>A name of an object with its value.</summary>
/// <param name="name">Its characters in UTF-8, without quotes and escapes.</param>
/// <param name="rawName">As it stands in the text, with its quotes.</param>
internal sealed class SourceMember(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> rawName, SourceNode value)
{
    public ReadOnlyMemory<byte> Name { get; private set; } = name;

    public ReadOnlyMemory<byte> RawName { get; private set; } = rawName;

    public SourceNode Value { get; set; } = value;

    public static SourceMember Made(string name, SourceNode value)
    {
        var (plain, raw) = (System.Text.Encoding.UTF8.GetBytes(name), JsonWords.Quoted(name));
        return new(plain, raw, value);
    }

    public void Rename(string name) => (Name, RawName) = (System.Text.Encoding.UTF8.GetBytes(name), JsonWords.Quoted(name));
}
