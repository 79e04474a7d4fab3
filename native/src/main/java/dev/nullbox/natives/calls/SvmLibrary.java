package dev.nullbox.natives.calls;

import dev.nullbox.natives.MissingSymbolException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/** A C library opened by dlopen, and its functions by dlsym. Source: dlopen(3), dlsym(3). */
@CContext(SvmCall.Library.class)
final class SvmLibrary {
    private static final int RTLD_LAZY = 1;
    /** RTLD_DEFAULT: what this process was linked with. */
    private static final long DEFAULT = 0;

    private final String name;
    private final long handle;

    private SvmLibrary(String name, long handle) {
        this.name = name;
        this.handle = handle;
    }

    /** The C library of this process. */
    static SvmLibrary libc() {
        return new SvmLibrary("the C library", DEFAULT);
    }

    /**
     * The first of the names that loads, else what this process was linked with; it stays loaded.
     *
     * @throws MissingSymbolException when none loads and the process has none of the functions
     */
    static SvmLibrary load(List<String> names, Set<String> functions, String remedy) {
        for (String name : names) {
            long handle = open(name);
            if (handle != 0) {
                return new SvmLibrary(name, handle);
            }
        }
        SvmLibrary own = new SvmLibrary("this process", DEFAULT);
        if (own.present(functions).isEmpty()) {
            throw new MissingSymbolException("cannot load " + String.join(" or ", names) + "; " + remedy);
        }
        return own;
    }

    /** The functions that the library has. */
    Set<String> present(Set<String> functions) {
        Set<String> present = new HashSet<>();
        for (String function : functions) {
            if (find(function) != 0) {
                present.add(function);
            }
        }
        return Set.copyOf(present);
    }

    /**
     * The address of a function.
     *
     * @throws MissingSymbolException when the library lacks it
     */
    long require(String function) {
        long address = find(function);
        if (address == 0) {
            throw new MissingSymbolException(name + " has no " + function);
        }
        return address;
    }

    /**
     * Requires all of the functions.
     *
     * @param remedy what to do when one is missing
     * @throws MissingSymbolException names all that are missing
     */
    void complete(Set<String> functions, String remedy) {
        Set<String> missing = new TreeSet<>(functions);
        missing.removeAll(present(functions));
        if (!missing.isEmpty()) {
            throw new MissingSymbolException(name + " has no " + String.join(", ", missing) + "; " + remedy);
        }
    }

    private long find(String function) {
        try (SvmFrame frame = new SvmFrame()) {
            Pointer library = WordFactory.pointer(handle);
            Pointer symbol = WordFactory.pointer(frame.string(function));
            Pointer found = dlsym(library, symbol);
            return found.rawValue();
        }
    }

    private static long open(String name) {
        try (SvmFrame frame = new SvmFrame()) {
            Pointer path = WordFactory.pointer(frame.string(name));
            Pointer opened = dlopen(path, RTLD_LAZY);
            return opened.rawValue();
        }
    }

    @CFunction
    private static native Pointer dlopen(PointerBase path, int flags);

    @CFunction
    private static native Pointer dlsym(PointerBase handle, PointerBase symbol);
}
