using System.Collections;
using System.Collections.Immutable;

namespace Portage.Configuration.Fields;

/// <summary>Makes and reads lists of records whose order counts, without knowing their element at compile time.</summary>
internal abstract class ListShape
{
    public abstract Type Element { get; }

    public static ListShape Of(Type element) => (ListShape)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(element))!;

    /// <summary>A list of these records, in this order.</summary>
    public abstract object Build(IReadOnlyList<object> records);

    /// <summary>The records in their order.</summary>
    public static IEnumerable<object> Items(object list)
    {
        foreach (var record in (IEnumerable)list)
        {
            yield return record;
        }
    }

    /// <summary>True when the list holds nothing.</summary>
    public static bool IsEmpty(object list) => ((ICollection)list).Count == 0;

    private sealed class Typed<T> : ListShape
        where T : class
    {
        public override Type Element => typeof(T);

        public override object Build(IReadOnlyList<object> records)
        {
            var list = ImmutableArray.CreateBuilder<T>(records.Count);
            foreach (var record in records)
            {
                list.Add((T)record);
            }

            return list.MoveToImmutable();
        }
    }
}
