package dev.nullbox.natives.calls;

import dev.nullbox.natives.MissingSymbolException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A C library loaded at run time, with the addresses of its functions. */
final class FfmLibrary {
    private final String name;
    private final Map<String, MemorySegment> addresses = new HashMap<>();

    private FfmLibrary(String name, SymbolLookup lookup, Set<String> functions) {
        this.name = name;
        for (String function : functions) {
            lookup.find(function).ifPresent(address -> addresses.put(function, address));
        }
    }

    /**
     * The first of the names that loads, else what this process was linked with; it stays loaded.
     *
     * @throws MissingSymbolException when none loads and the process has none of the functions
     */
    static FfmLibrary load(List<String> names, Set<String> functions, String remedy) {
        for (String name : names) {
            Optional<SymbolLookup> lookup = open(name);
            if (lookup.isPresent()) {
                return new FfmLibrary(name, lookup.get(), functions);
            }
        }
        FfmLibrary own = new FfmLibrary("this process", FfmLink.defaultLookup(), functions);
        if (own.addresses.isEmpty()) {
            throw new MissingSymbolException("cannot load " + String.join(" or ", names) + "; " + remedy);
        }
        return own;
    }

    /**
     * The address of a function.
     *
     * @throws MissingSymbolException when the library lacks it
     */
    MemorySegment require(String function) {
        MemorySegment address = addresses.get(function);
        if (address == null) {
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
        missing.removeAll(addresses.keySet());
        if (!missing.isEmpty()) {
            throw new MissingSymbolException(name + " has no " + String.join(", ", missing) + "; " + remedy);
        }
    }

    @SuppressWarnings("restricted") // loading C libraries is what this class is for
    private static Optional<SymbolLookup> open(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException notLoaded) {
            return Optional.empty(); // the next name may load; the caller reports when none does
        }
    }
}
