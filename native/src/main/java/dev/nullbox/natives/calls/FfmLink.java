package dev.nullbox.natives.calls;

import dev.nullbox.natives.MissingSymbolException;
import dev.nullbox.natives.SysResult;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;

/** Maker and caller of every java.lang.foreign handle of this module. */
@SuppressWarnings("restricted") // linking C functions is what this class is for
final class FfmLink {
    /** The C functions whose prototype ends in "...", and how many fixed parameters stand before it. */
    static final Map<String, Integer> FIRST_VARIADIC = Map.of("syscall", 1);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private FfmLink() {}

    /** A function of the C library that leaves errno: the handle takes the capture state first. */
    static MethodHandle capturing(String function, FunctionDescriptor descriptor) {
        Linker.Option errno = Linker.Option.captureCallState("errno");
        Integer fixed = FIRST_VARIADIC.get(function);
        return fixed == null
                ? LINKER.downcallHandle(libcSymbol(function), descriptor, errno)
                : LINKER.downcallHandle(libcSymbol(function), descriptor, errno, Linker.Option.firstVariadicArg(fixed));
    }

    /** A function of the C library that leaves no errno. */
    static MethodHandle plain(String function, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(libcSymbol(function), descriptor);
    }

    /** A function of a library loaded at run time: the handle takes the function's address first. */
    static MethodHandle unbound(FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(descriptor);
    }

    /** The C libraries that this process started with. */
    static SymbolLookup defaultLookup() {
        return LINKER.defaultLookup();
    }

    /** The pointer of this address. */
    static MemorySegment at(long address) {
        return MemorySegment.ofAddress(address);
    }

    /** Calls a function that returns int, -1 for failure. */
    static SysResult intCall(IntCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(call.invoke(state), state);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Calls a function that returns long or ssize_t, -1 for failure. */
    static SysResult longCall(LongCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            return result(call.invoke(state), state);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Calls a function that returns an int and leaves no errno. */
    static int plainCall(PlainCall call) {
        try {
            return call.invoke();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static SysResult result(long returned, MemorySegment state) {
        return returned >= 0 ? new SysResult.Ok(returned) : new SysResult.Failed((int) ERRNO.get(state, 0L));
    }

    private static MemorySegment libcSymbol(String function) {
        return LINKER.defaultLookup()
                .find(function)
                .orElseThrow(() -> new MissingSymbolException("the C library has no " + function));
    }

    /** Invocation by invokeExact of a function that returns int. */
    @FunctionalInterface
    interface IntCall {
        int invoke(MemorySegment state) throws Throwable;
    }

    /** Invocation by invokeExact of a function that returns long. */
    @FunctionalInterface
    interface LongCall {
        long invoke(MemorySegment state) throws Throwable;
    }

    /** Invocation by invokeExact of a function without errno. */
    @FunctionalInterface
    interface PlainCall {
        int invoke() throws Throwable;
    }
}
