using System.Collections;
using System.Collections.Immutable;

namespace Portage.Configuration.Fields;

/// <summary>Makes and reads the named maps of the configuration without knowing their element at compile time.</summary>
internal abstract class MapShape
{
    public abstract Type Element { get; }

    public static MapShape Of(Type element) => (MapShape)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(element))!;

    /// <summary>A map of these entries.</summary>
    public abstract object Build(IReadOnlyCollection<KeyValuePair<string, object>> entries);

    /// <summary>The entries in ordinal order of their names.</summary>
    public static IEnumerable<(string Name, object Record)> Entries(object map)
    {
        foreach (DictionaryEntry entry in (IDictionary)map)
        {
            yield return ((string)entry.Key, entry.Value!);
        }
    }

    /// <summary>True when the map holds nothing.</summary>
    public static bool IsEmpty(object map) => ((ICollection)map).Count == 0;

    private sealed class Typed<T> : MapShape
        where T : class
    {
        public override Type Element => typeof(T);

        public override object Build(IReadOnlyCollection<KeyValuePair<string, object>> entries)
        {
            // One by one: CreateRange goes through collections of pairs, which a process that has just begun has to compile first.
            var map = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                map.Add(entry.Key, (T)entry.Value);
            }

            return map.ToImmutable();
        }
    }
}
