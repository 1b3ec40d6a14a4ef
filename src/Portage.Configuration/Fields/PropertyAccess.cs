using System.Reflection;

namespace Portage.Configuration.Fields;

/// <summary>
/// Reads and sets one property through delegates. Reflection would write and compile code for each property at its
/// second use, which is most of what reading a configuration costs in a process that has just begun.
/// </summary>
internal abstract class PropertyAccess
{
    public abstract object? Get(object record);

    public abstract void Set(object record, object? value);

    public static PropertyAccess Of(PropertyInfo property)
    {
        // A maker without arguments, because constructing with arguments through reflection compiles code as well.
        var maker = (Maker)Activator.CreateInstance(typeof(Maker<,>).MakeGenericType(property.DeclaringType!, property.PropertyType))!;
        return maker.Make(property);
    }

    private abstract class Maker
    {
        public abstract PropertyAccess Make(PropertyInfo property);
    }

    private sealed class Maker<TRecord, TValue> : Maker
        where TRecord : class
    {
        public override PropertyAccess Make(PropertyInfo property) => new Typed<TRecord, TValue>(
            property.GetMethod!.CreateDelegate<Func<TRecord, TValue?>>(), property.SetMethod!.CreateDelegate<Action<TRecord, TValue?>>());
    }

    private sealed class Typed<TRecord, TValue>(Func<TRecord, TValue?> get, Action<TRecord, TValue?> set) : PropertyAccess
        where TRecord : class
    {
        public override object? Get(object record) => get((TRecord)record);

        public override void Set(object record, object? value) => set((TRecord)record, (TValue?)value);
    }
}
