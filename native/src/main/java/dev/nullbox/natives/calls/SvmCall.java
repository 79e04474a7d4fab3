package dev.nullbox.natives.calls;

import dev.nullbox.natives.SysResult;
import java.util.List;
import org.graalvm.nativeimage.UnmanagedMemory;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.Pointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/**
 * Calls of C functions by address in a native image without java.lang.foreign, through {@code nb_call} (native/src/main/c),
 * which keeps errno from the runtime. Arguments are widened to 64 bits: both C ABIs of Linux pass integers and pointers
 * alike in the same registers, and the callee reads the low bits of its own type.
 */
@CContext(SvmCall.Library.class)
final class SvmCall {
    /** Count of arguments that {@code nb_call} passes on. */
    private static final int ARGUMENTS = 8;

    private static final int ERRNO_OFFSET = ARGUMENTS * Long.BYTES;
    private static final int BLOCK_BYTES = ERRNO_OFFSET + Long.BYTES;

    private SvmCall() {}

    /** A function that returns int, -1 for failure. */
    static SysResult intCall(long function, long... arguments) {
        Pointer block = block(arguments);
        try {
            int low = (int) call(function, block);
            return result(low, block);
        } finally {
            UnmanagedMemory.free(block);
        }
    }

    /** A function that returns long or ssize_t, -1 for failure. */
    static SysResult longCall(long function, long... arguments) {
        Pointer block = block(arguments);
        try {
            return result(call(function, block), block);
        } finally {
            UnmanagedMemory.free(block);
        }
    }

    /** A function that returns a pointer, -1 for failure; the value is 0, not the pointer. */
    static SysResult pointerCall(long function, long... arguments) {
        Pointer block = block(arguments);
        try {
            return result(call(function, block) == -1 ? -1 : 0, block);
        } finally {
            UnmanagedMemory.free(block);
        }
    }

    /** A function that leaves no errno: the whole return register. */
    static long plainCall(long function, long... arguments) {
        Pointer block = block(arguments);
        try {
            return call(function, block);
        } finally {
            UnmanagedMemory.free(block);
        }
    }

    private static long call(long function, Pointer block) {
        Pointer code = WordFactory.pointer(function);
        return nb_call(code, block, block.add(ERRNO_OFFSET));
    }

    private static SysResult result(long returned, Pointer block) {
        return returned >= 0 ? new SysResult.Ok(returned) : new SysResult.Failed(block.readInt(ERRNO_OFFSET));
    }

    /** The arguments, zeros after them, then room for errno. */
    private static Pointer block(long[] arguments) {
        if (arguments.length > ARGUMENTS) {
            throw new IllegalArgumentException("more than " + ARGUMENTS + " arguments");
        }
        Pointer block = UnmanagedMemory.calloc(BLOCK_BYTES);
        for (int i = 0; i < arguments.length; i++) {
            block.writeLong(i * Long.BYTES, arguments[i]);
        }
        return block;
    }

    @CFunction
    @SuppressWarnings("MemberName") // named as in C
    private static native long nb_call(PointerBase function, PointerBase arguments, PointerBase errno);

    /** libnbcall.a, found through -H:CLibraryPath; asked for only when the image is built with nullbox.natives=svm. */
    static final class Library implements CContext.Directives {
        /** Made by the image builder. */
        public Library() {}

        @Override
        public boolean isInConfiguration() {
            return Backend.SVM;
        }

        @Override
        public List<String> getLibraries() {
            return List.of("nbcall");
        }
    }
}
