package dev.nullbox.natives.calls;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;

/** The handles of an Ffm class, by the C functions' names. */
final class Handles {
    private Handles() {}

    /** The type of each handle, with what comes before the C parameters. */
    static Map<String, MethodType> of(Class<?> binding) throws ReflectiveOperationException {
        Map<String, MethodType> types = new TreeMap<>();
        for (Field field : binding.getDeclaredFields()) {
            if (field.getType() == MethodHandle.class) {
                field.setAccessible(true);
                types.put(field.getName(), ((MethodHandle) field.get(null)).type());
            }
        }
        return types;
    }

    /** Without the segment before the C parameters, if there is one: the function's address, or the errno state. */
    static MethodType cPart(MethodType handle, CPrototypes.Prototype prototype) {
        boolean leading = handle.parameterCount() == prototype.javaType().parameterCount() + 1
                && handle.parameterType(0) == MemorySegment.class;
        return leading ? handle.dropParameterTypes(0, 1) : handle;
    }
}
